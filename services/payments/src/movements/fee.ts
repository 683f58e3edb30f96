import { amountStep } from '@micro/kernel'

/** What Micro keeps of each payment. */
export interface FeeRates {
  /** Hundredths of a percent: 290n is 2.9 %. */
  readonly basisPoints: bigint
  /** Minor units of the payment's own currency: 30n is 0.30 USD, and 30 JPY. */
  readonly fixed: bigint
}

const toNearest = (numerator: bigint, denominator: bigint): bigint => (numerator + denominator / 2n) / denominator

/**
 * The fee of one payment in minor units: the share and the fixed part together are rounded to the nearest
 * minor unit, halves up. A currency without decimals has whole yen; where cards move multiples of 10 or 100 only, the fee as
 * a whole is rounded to the nearest of those, halves up. Never more than the amount, so that a merchant cannot owe for
 * a small payment.
 */
export const feeFor = (amount: bigint, currency: string, { basisPoints, fixed }: FeeRates): bigint => {
  const unit = amountStep(currency)
  const fee = toNearest(amount * basisPoints + fixed * 10_000n, 10_000n * unit) * unit
  return fee > amount ? amount : fee
}
