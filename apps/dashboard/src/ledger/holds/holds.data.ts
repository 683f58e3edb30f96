import type { Body, ledgerApi, Mode } from '@micro/contracts'
import { queryOptions } from '@tanstack/react-query'
import { call } from '../../api/call.ts'
import { scalesOf } from '../ledger.data.ts'
import type { HoldFilters } from './hold.ts'

type Ledger = typeof ledgerApi

/** One page of holds, newest first. */
export const holdsPage = (mode: Mode, { status = 'open', after }: HoldFilters) =>
  queryOptions({
    queryKey: ['ledger', mode, 'holds', status, after],
    queryFn: async ({ signal }) => {
      const query = {
        limit: 20,
        ...(status === 'any' ? {} : { status }),
        ...(after === undefined ? {} : { starting_after: after }),
      }
      const page = await call<Ledger['listLedgerHolds']>('GET /ledger/holds', { query, mode, signal })
      return { ...page, scales: await scalesOf(page.data, { mode, signal }) }
    },
    // One that expires ends without anybody's doing.
    refetchInterval: 20_000,
  })

// The ledger knows a repeat by the reference, and a release or reversal by what it is of: no other key is needed.

export const captureHold = (mode: Mode, id: string, body: Body<Ledger['captureLedgerHold']>) =>
  call<Ledger['captureLedgerHold']>('POST /ledger/holds/:id/capture', { params: { id }, body, mode })

export const releaseHold = (mode: Mode, id: string) =>
  call<Ledger['releaseLedgerHold']>('POST /ledger/holds/:id/release', { params: { id }, body: {}, mode })
