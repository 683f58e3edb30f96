import type { ledgerApi, Mode } from '@micro/contracts'
import { systemClock, unixSeconds } from '@micro/kernel/clock'
import { queryOptions } from '@tanstack/react-query'
import { call } from '../../api/call.ts'
import { figuresEveryMs } from '../../live/refresher.ts'
import { boundsOf, type Period } from '../../ui/period.ts'
import { flowsOf } from './flows.ts'

type Ledger = typeof ledgerApi

/** As many flows of a currency as can be looked at; what is beyond is told in one. */
const flowsMax = 40

/** Where money went in a period, by when it was recorded. */
export const flowsIn = (mode: Mode, period: Period) =>
  queryOptions({
    queryKey: ['figures', mode, 'flows', period],
    queryFn: async ({ signal }) => {
      const bounds = boundsOf(period, unixSeconds(systemClock.now()))
      const recorded = { gte: bounds[0] ?? 0, lt: bounds.at(-1) ?? 0 }
      const query = { recorded, limit: flowsMax }
      const { data } = await call<Ledger['aggregateLedgerFlows']>('GET /ledger/flows', { query, mode, signal })
      return { mode, currencies: flowsOf(data) }
    },
    // What Micro posts for a payment comes a moment after its events.
    refetchInterval: figuresEveryMs,
  })
