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
    expect(feeFor(amount, 'usd', { basisPoints, fixed })).toBe(want)
  })
}

for (const [amount, currency, fixed, want, why] of [
  [1000n, 'jpy', 30n, 59n, '29 yen and 30'],
  [500n, 'jpy', 30n, 45n, '14.5 yen round up'],
  [50n, 'krw', 30n, 31n, '1.45 won round down'],
  [10_000n, 'kwd', 30n, 320n, '290 and 30 fils end in 0 already'],
  [5000n, 'kwd', 30n, 180n, '175 fils: halves round up'],
  [4990n, 'kwd', 30n, 170n, '174.71 is rounded once, not to 175 before'],
  [1230n, 'bhd', 25n, 60n, '36 and 25 round down from 61'],
  [20n, 'tnd', 30n, 20n, 'never more than the amount'],
  [100_000n, 'isk', 30n, 2900n, '29.30 krónur are 29'],
  [4200n, 'ugx', 30n, 200n, '1.518 shillings are 2'],
  [100n, 'isk', 30n, 0n, '0.329 krónur are none'],
] as const) {
  test(`the fee of ${amount} ${currency} is ${want}: ${why}`, () => {
    expect(feeFor(amount, currency, { basisPoints: 290n, fixed })).toBe(want)
  })
}

test('of amounts that end in 0, the fee in a currency with three decimals does so too', () => {
  for (let amount = 10n; amount < 20_000n; amount += 10n)
    for (const fixed of [0n, 5n, 7n, 30n])
      expect(feeFor(amount, 'omr', { basisPoints: 293n, fixed }) % 10n, `${amount} and ${fixed}`).toBe(0n)
})

test('the fee grows with the amount and stays within it', () => {
  let last = 0n
  for (let amount = 1n; amount < 5_000n; amount++) {
    const fee = feeFor(amount, 'usd', rates)
    expect(fee >= last && fee <= amount).toBe(true)
    last = fee
  }
})
