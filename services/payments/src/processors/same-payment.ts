/** What a payment at a processor and a charge here have to have in common to be one. Amount in minor units. */
export interface PaymentThere {
  /** The processor's id of it. */
  readonly id: string
  readonly amount: bigint
  readonly currency: string
  /** It is authorised first, and taken later. */
  readonly isManual: boolean
}

/** A refund there; `payment` is the processor's id of what is refunded, null where it does not tell. */
export interface RefundThere {
  readonly id: string
  readonly payment: string | null
  readonly amount: bigint
  readonly currency: string
}

/** A charge here, as far as it tells which payment there is its own. */
export interface PaymentSent {
  readonly amount: bigint
  readonly currency: string
  readonly capture_method: 'automatic' | 'manual'
  /** Null: not known yet. */
  readonly processor_id: string | null
}

/** A name of ours stands on something there that was not made as we asked: nothing it says is of ours. */
export class PaymentDiffers extends Error {
  override name = 'PaymentDiffers'
}

/**
 * Whether a payment that bears a charge's name is the charge's. Whoever has the account can write any name on any payment,
 * so the name alone is not believed.
 */
export const isPaymentOf = (there: PaymentThere, charge: PaymentSent): boolean =>
  there.amount === charge.amount &&
  there.currency === charge.currency &&
  there.isManual === (charge.capture_method === 'manual') &&
  (charge.processor_id === null || charge.processor_id === there.id)

/** As `isPaymentOf`, of a refund of the charge that is known there as `payment`. */
export const isRefundOf = (
  there: RefundThere,
  refund: { readonly amount: bigint; readonly currency: string; readonly processor_id: string | null },
  payment: string | null,
): boolean =>
  there.amount === refund.amount &&
  there.currency === refund.currency &&
  (there.payment === null || there.payment === payment) &&
  (refund.processor_id === null || refund.processor_id === there.id)
