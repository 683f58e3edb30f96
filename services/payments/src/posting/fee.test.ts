import { expect, test } from 'vitest'
import { feeFor } from './fee.ts'

const rates = { basisPoints: 290n, fixed: 30n }

for (const [amount, basisPoints, fixed, want, why] of [
  [1999n, 290n, 30n, 88n, '57.971 rounds to 58'],
  [1000n, 290n, 30n, 59n, '29 exactly'],
  [50n, 290n, 30n, 31n, '1.45 rounds down'],
  [500n, 290n, 30n, 45n, '14.5 rounds up'],
  [99_999_999n, 290n, 30n, 2_900_030n, '2899999.971 rounds up'],
  [100n, 0n, 0n, 0n, 'no rates, no fee'],
  [1n, 290n, 30n, 1n, 'never more than the amount'],
  [30n, 290n, 30n, 30n, 'never more than the amount, where it just would be'],
  [31n, 290n, 30n, 31n, 'may take all of it'],
  [100n, 10_000n, 0n, 100n, 'all of it and no more'],
] as const) {
  test(`the fee of ${amount} at ${basisPoints} basis points + ${fixed} is ${want}: ${why}`, () => {
    expect(feeFor(amount, { basisPoints, fixed })).toBe(want)
  })
}

test('the fee grows with the amount and stays within it', () => {
  let last = 0n
  for (let amount = 1n; amount < 5_000n; amount++) {
    const fee = feeFor(amount, rates)
    expect(fee >= last && fee <= amount).toBe(true)
    last = fee
  }
})
