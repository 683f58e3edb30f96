/** What Micro keeps of each payment. */
export interface FeeRates {
  /** Hundredths of a percent: 290n is 2.9 %. */
  readonly basisPoints: bigint
  /** Minor units of the payment's own currency: 30n is 0.30 USD, and 30 JPY. */
  readonly fixed: bigint
}

/**
 * The fee of one payment in minor units: the share is rounded to the nearest minor unit, halves up, then the fixed part
 * is added. Never more than the amount, so that a merchant cannot owe for a small payment.
 */
export const feeFor = (amount: bigint, { basisPoints, fixed }: FeeRates): bigint => {
  const share = (amount * basisPoints + 5_000n) / 10_000n
  const fee = share + fixed
  return fee > amount ? amount : fee
}
