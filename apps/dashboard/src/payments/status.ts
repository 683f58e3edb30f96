import type { Charge, PaymentIntent, PaymentIntentStatus } from '@micro/contracts'
import type { Tone } from '../ui/badge.tsx'

const looks: Readonly<Record<PaymentIntentStatus, { text: string; tone: Tone }>> = {
  succeeded: { text: 'Succeeded', tone: 'good' },
  requires_capture: { text: 'Authorised', tone: 'warn' },
  processing: { text: 'Processing', tone: 'warn' },
  requires_payment_method: { text: 'Needs a card', tone: 'calm' },
  requires_confirmation: { text: 'Needs confirmation', tone: 'calm' },
  requires_action: { text: 'Waits for its holder', tone: 'warn' },
  canceled: { text: 'Canceled', tone: 'calm' },
}

/** What a status is called, and its colour. */
export const statusOf = (status: PaymentIntentStatus): { text: string; tone: Tone } => looks[status]

type Judged = Pick<PaymentIntent, 'status' | 'last_payment_error'>

/** The same of a payment: one whose card was declined says so, rather than that it needs another. */
export const standingOf = ({ status, last_payment_error }: Judged): { text: string; tone: Tone } =>
  status === 'requires_payment_method' && last_payment_error !== null
    ? { text: 'Declined', tone: 'bad' }
    : looks[status]

/** And once more with what became of its charges: what was paid and given back is not what one wants to see as paid. */
export const outcomeOf = (
  intent: Judged,
  charges: readonly Pick<Charge, 'amount_refunded' | 'refunded' | 'disputed'>[],
): { text: string; tone: Tone } => {
  if (charges.some(({ disputed }) => disputed)) return { text: 'Disputed', tone: 'bad' }
  if (charges.some(({ refunded }) => refunded)) return { text: 'Refunded', tone: 'calm' }
  if (charges.some(({ amount_refunded }) => amount_refunded > 0)) return { text: 'Partly refunded', tone: 'calm' }
  return standingOf(intent)
}

/** What may be done with a payment now. Amounts are in minor units; 0: nothing to do. */
export interface Acts {
  readonly capturable: number
  readonly refundable: number
  readonly cancelable: boolean
}

export const actsOn = (
  { status, amount_capturable }: Pick<PaymentIntent, 'status' | 'amount_capturable'>,
  charges: readonly Pick<Charge, 'status' | 'captured' | 'amount_captured' | 'amount_refunded' | 'disputed'>[],
): Acts => {
  const taken = charges.find((charge) => charge.status === 'succeeded' && charge.captured && !charge.disputed)
  return {
    capturable: status === 'requires_capture' ? amount_capturable : 0,
    refundable: taken === undefined ? 0 : taken.amount_captured - taken.amount_refunded,
    cancelable: status.startsWith('requires_'),
  }
}
