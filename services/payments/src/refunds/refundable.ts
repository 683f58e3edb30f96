import { Fault, minorUnitDigits } from '@micro/kernel'
import { checkAmountStep } from '../amount-step.ts'

/** What decides whether a charge can be refunded. Amounts in minor units. */
export interface Refundable {
  readonly id: string
  readonly payment_intent: string
  readonly status: 'pending' | 'succeeded' | 'failed'
  readonly captured: boolean
  readonly amount_captured: bigint
  readonly amount_refunded: bigint
  readonly currency: string
}

/** What a dispute that is open or lost has taken from the charge already. */
export interface TakenByDispute {
  readonly id: string
  readonly amount: bigint
}

/** For people, as Stripe words it: 1999 usd → "$19.99". */
export const inWords = (amount: bigint, currency: string): string => {
  const digits = minorUnitDigits(currency)
  const format = new Intl.NumberFormat('en-US', {
    style: 'currency',
    currency: currency.toUpperCase(),
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  })
  return format.format(Number(amount) / 10 ** digits).replaceAll('\u00a0', ' ')
}

/**
 * How much to refund, in minor units: what was asked for, or else all that is left.
 * @throws Fault parameter_invalid, charge_not_refundable, charge_not_captured, charge_already_refunded, charge_disputed, refund_exceeds_charge
 */
export const amountToRefund = (
  charge: Refundable,
  { asked, dispute }: { asked: bigint | undefined; dispute: TakenByDispute | undefined },
): bigint => {
  if (charge.status !== 'succeeded') throw new Fault('charge_not_refundable', { object: `Charge ${charge.id}` })
  if (!charge.captured) throw new Fault('charge_not_captured', { charge: charge.id, intent: charge.payment_intent })
  const unrefunded = charge.amount_captured - charge.amount_refunded
  if (unrefunded <= 0n) throw new Fault('charge_already_refunded', { charge: charge.id })
  const left = unrefunded - (dispute?.amount ?? 0n)
  const amount = asked ?? (left > 0n ? left : unrefunded)
  // All that is left can be given back, whatever it is: what was captured is what the card moved.
  if (amount !== left && amount !== unrefunded) checkAmountStep(amount, { currency: charge.currency })
  if (amount > unrefunded) {
    throw new Fault('refund_exceeds_charge', {
      asked: inWords(amount, charge.currency),
      unrefunded: inWords(unrefunded, charge.currency),
      param: 'amount',
    })
  }
  if (amount > left) throw new Fault('charge_disputed', { charge: charge.id, dispute: dispute?.id })
  return amount
}
