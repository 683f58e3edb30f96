import type { ledgerApi, Mode, PaymentFigures, paymentsApi } from '@micro/contracts'
import { systemClock, unixSeconds } from '@micro/kernel/clock'
import { queryOptions } from '@tanstack/react-query'
import { call, Refusal } from '../api/call.ts'
import { figuresEveryMs } from '../live/refresher.ts'
import { boundsOf, type Period } from '../ui/period.ts'

type Payments = typeof paymentsApi

/** How far the merchant's clock, by which payments are made, is ahead of the real one, in seconds; 0 in live mode. */
export const clockAhead = (mode: Mode) =>
  queryOptions({
    queryKey: ['clock', mode],
    queryFn: async ({ signal }) =>
      mode === 'live'
        ? 0
        : (await call<Payments['retrieveMerchantClock']>('GET /v1/test_helpers/clock', { mode, signal })).ahead_seconds,
    staleTime: 30_000,
  })

/** What payments came to in a period, currency by currency, and when that was. */
export interface Overview {
  readonly mode: Mode
  readonly currencies: PaymentFigures['data']
  readonly bounds: readonly number[]
  /** By the merchant's clock. */
  readonly now: number
}

export const overview = (mode: Mode, { period, ahead }: { period: Period; ahead: number }) =>
  queryOptions({
    queryKey: ['figures', mode, 'payments', period, ahead],
    queryFn: async ({ signal }): Promise<Overview> => {
      const now = unixSeconds(systemClock.now()) + ahead
      const bounds = boundsOf(period, now)
      const { data } = await call<Payments['retrievePaymentFigures']>('GET /payments/figures', {
        query: { bounds },
        mode,
        signal,
      })
      return { mode, currencies: data, bounds, now }
    },
  })

/** Whether there was ever a payment: a shop that sleeps is not one that is new. */
export const anyPayment = (mode: Mode) =>
  queryOptions({
    queryKey: ['payments', mode, 'any'],
    queryFn: async ({ signal }) => {
      const query = { limit: 1 }
      const { data } = await call<Payments['listPaymentIntents']>('GET /v1/payment_intents', { query, mode, signal })
      return data.length > 0
    },
  })

export const balance = (mode: Mode) =>
  queryOptions({
    queryKey: ['balance', mode],
    queryFn: ({ signal }) => call<Payments['retrieveBalance']>('GET /v1/balance', { mode, signal }),
  })

type Series = Awaited<ReturnType<typeof call<(typeof ledgerApi)['listLedgerBalances']>>>['data']

/**
 * What the merchant was owed just before each of these moments, as the ledger has it; none before the first payment. In
 * test mode by the merchant's clock, as the figures are; in live mode, where that is the real one, as it was recorded,
 * which costs as much however much there is.
 */
export const owedThen = (mode: Mode, { currency, bounds }: { currency: string; bounds: readonly number[] }) =>
  queryOptions({
    queryKey: ['figures', mode, 'owed', currency, bounds],
    queryFn: async ({ signal }): Promise<Series> => {
      const at = bounds.map((bound) => Math.max(0, bound - 1))
      const query = { at, by: mode === 'test' ? ('effective' as const) : ('recorded' as const) }
      const params = { id: `sys_merchant_balance_${currency}` }
      return call<(typeof ledgerApi)['listLedgerBalances']>('GET /ledger/accounts/:id/balances', {
        params,
        query,
        mode,
        signal,
      }).then(
        ({ data }) => data,
        (error: unknown) => {
          if (error instanceof Refusal && error.code === 'resource_missing') return []
          throw error
        },
      )
    },
    // The ledger has what a payment moved a moment later.
    refetchInterval: figuresEveryMs,
  })
