import type { Body, Mode, paymentsApi } from '@micro/contracts'
import { queryOptions } from '@tanstack/react-query'
import type { Act } from '../act/use-act.ts'
import { call } from '../api/call.ts'
import { startingAfter } from '../api/paged.ts'
import type { PayoutFilters } from './payout-state.ts'

type Payments = typeof paymentsApi

/** One page of payouts, newest first. */
export const payoutsPage = (mode: Mode, { status, after }: PayoutFilters) =>
  queryOptions({
    queryKey: ['payments', mode, 'payouts', status, after],
    queryFn: ({ signal }) => {
      const query = { limit: 20, ...(status === undefined ? {} : { status }), ...startingAfter(after) }
      return call<Payments['listPayouts']>('GET /v1/payouts', { query, mode, signal })
    },
  })

/** A payout with what it took from the balance, and what came back. */
export const onePayout = (mode: Mode, id: string) =>
  queryOptions({
    queryKey: ['payments', mode, 'payout', id],
    queryFn: async ({ signal }) => {
      const query = { payout: id, limit: 100 }
      const [payout, { data: transactions }] = await Promise.all([
        call<Payments['retrievePayout']>('GET /v1/payouts/:id', { params: { id }, mode, signal }),
        call<Payments['listBalanceTransactions']>('GET /v1/balance_transactions', { query, mode, signal }),
      ])
      return { payout, transactions }
    },
  })

/** What changed the balance last. */
export const lastMovements = (mode: Mode) =>
  queryOptions({
    queryKey: ['payments', mode, 'movements'],
    queryFn: ({ signal }) =>
      call<Payments['listBalanceTransactions']>('GET /v1/balance_transactions', { query: { limit: 10 }, mode, signal }),
  })

export const createPayout = (act: Act, body: Body<Payments['createPayout']>) =>
  call<Payments['createPayout']>('POST /v1/payouts', { body, ...act })

export const cancelPayout = (act: Act, id: string) =>
  call<Payments['cancelPayout']>('POST /v1/payouts/:id/cancel', { params: { id }, body: {}, ...act })
