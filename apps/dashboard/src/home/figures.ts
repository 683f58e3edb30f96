import type { PaymentIntent } from '@micro/contracts'
import { localDay } from '../ui/moment.ts'

/** What payments come to in one currency. */
export interface Figures {
  readonly currency: string
  /** In minor units, of what was paid. */
  readonly volume: number
  readonly paid: number
  readonly failed: number
  /** What was paid on each day, oldest first. */
  readonly days: readonly { readonly day: string; readonly volume: number }[]
}

type Counted = Pick<PaymentIntent, 'currency' | 'status' | 'amount_received' | 'created' | 'last_payment_error'>

/** Those that nobody tried to pay yet are neither. */
const isFailed = ({ status, last_payment_error }: Counted): boolean =>
  last_payment_error !== null && (status === 'requires_payment_method' || status === 'canceled')
const isPaid = ({ status }: Counted): boolean => status === 'succeeded' || status === 'requires_capture'

/** The days up to a moment, in the viewer's zone, oldest first. */
const daysUpTo = (now: number, count: number): string[] =>
  Array.from({ length: count }, (_, back) => localDay(now - (count - 1 - back) * 86_400))

/** What payments of the last days come to, by currency, that of most payments first. */
export const figuresOf = (payments: readonly Counted[], { now, days }: { now: number; days: number }): Figures[] => {
  const byCurrency = Map.groupBy(payments, ({ currency }) => currency)
  return [...byCurrency]
    .sort(([, a], [, b]) => b.length - a.length)
    .map(([currency, those]) => {
      const volumes = new Map(daysUpTo(now, days).map((day) => [day, 0]))
      for (const { created, amount_received } of those) {
        const day = localDay(created)
        const volume = volumes.get(day)
        if (volume !== undefined) volumes.set(day, volume + amount_received)
      }
      return {
        currency,
        volume: those.reduce((sum, { amount_received }) => sum + amount_received, 0),
        paid: those.filter(isPaid).length,
        failed: those.filter(isFailed).length,
        days: [...volumes].map(([day, volume]) => ({ day, volume })),
      }
    })
}

/** Of those that somebody tried to pay, how many were paid: "75 %"; undefined while nobody tried. */
export const successText = ({ paid, failed }: Pick<Figures, 'paid' | 'failed'>): string | undefined =>
  paid + failed === 0 ? undefined : `${Math.floor((paid * 100) / (paid + failed))} %`
