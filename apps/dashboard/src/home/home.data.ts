import type { Mode, PaymentIntent, paymentsApi } from '@micro/contracts'
import { systemClock, unixSeconds } from '@micro/kernel/clock'
import { queryOptions } from '@tanstack/react-query'
import { call } from '../api/call.ts'

type Payments = typeof paymentsApi

/** How far back the figures go. */
export const daysShown = 30
const daySeconds = 86_400
const pagesMax = 5

export interface Recent {
  readonly payments: readonly PaymentIntent[]
  /** There are older ones within the days that were not read. */
  readonly more: boolean
  /** When they were read. */
  readonly now: number
}

const readRecent = async (mode: Mode, signal: AbortSignal): Promise<Recent> => {
  const now = unixSeconds(systemClock.now())
  const created = { gte: now - daysShown * daySeconds }
  const payments: PaymentIntent[] = []
  for (let page = 0; page < pagesMax; page++) {
    const last = payments.at(-1)
    const query = { limit: 100, created, ...(last === undefined ? {} : { starting_after: last.id }) }
    const answer = await call<Payments['listPaymentIntents']>('GET /v1/payment_intents', { query, mode, signal })
    payments.push(...answer.data)
    if (!answer.has_more) return { payments, more: false, now }
  }
  return { payments, more: true, now }
}

/** The payments of the last days, as far as they are read: what the figures stand on. */
export const recentPayments = (mode: Mode) =>
  queryOptions({
    queryKey: ['payments', mode, 'recent'],
    queryFn: ({ signal }) => readRecent(mode, signal),
  })

export const balance = (mode: Mode) =>
  queryOptions({
    queryKey: ['balance', mode],
    queryFn: ({ signal }) => call<Payments['retrieveBalance']>('GET /v1/balance', { mode, signal }),
  })
