import { describe, expect, test } from 'vitest'
import {
  amountStep,
  currencies,
  exactNumber,
  formatMoney,
  minorUnitDigits,
  parseInteger,
  payoutStep,
  toNearestStep,
} from './money.ts'

describe('an integer is read from plain digits only', () => {
  for (const [text, want] of [
    ['0', 0n],
    ['5000', 5000n],
    ['-1', -1n],
    ['12345678901234567890', 12345678901234567890n],
    ['-0', undefined],
    ['+1', undefined],
    ['01', undefined],
    ['1.0', undefined],
    ['1e3', undefined],
    ['0x10', undefined],
    ['１', undefined],
    ['', undefined],
    [' 1', undefined],
    ['9'.repeat(41), undefined],
  ] as const) {
    test(`${JSON.stringify(text)} is ${want === undefined ? 'refused' : want}`, () =>
      expect(parseInteger(text)).toBe(want))
  }
})

describe('a JSON number is given only where every client reads it exactly', () => {
  for (const [amount, want] of [
    [2n ** 53n - 1n, 2 ** 53 - 1],
    [2n ** 53n, null],
    [-(2n ** 53n) + 1n, -(2 ** 53) + 1],
    [-(2n ** 53n), null],
  ] as const) {
    test(`${amount} becomes ${want}`, () => expect(exactNumber(amount)).toBe(want))
  }
})

for (const [amount, currency, want] of [
  [1999n, 'usd', '19.99 USD'],
  [5n, 'usd', '0.05 USD'],
  [-5n, 'usd', '-0.05 USD'],
  [1999n, 'jpy', '1999 JPY'],
  [1999n, 'kwd', '1.999 KWD'],
  [500n, 'isk', '5.00 ISK'],
  [500n, 'ugx', '5.00 UGX'],
] as const) {
  test(`${amount} minor units of ${currency} read as ${want}`, () => expect(formatMoney(amount, currency)).toBe(want))
}

for (const [currency, step, ofPayouts] of [
  ['usd', 1n, 1n],
  ['jpy', 1n, 1n],
  ['bhd', 10n, 10n],
  ['jod', 10n, 10n],
  ['kwd', 10n, 10n],
  ['omr', 10n, 10n],
  ['tnd', 10n, 10n],
  ['isk', 100n, 100n],
  ['ugx', 100n, 100n],
  ['huf', 1n, 100n],
  ['twd', 1n, 100n],
] as const) {
  test(`cards move ${currency} in multiples of ${step}, and payouts in those of ${ofPayouts}`, () => {
    expect([amountStep(currency), payoutStep(currency)]).toEqual([step, ofPayouts])
  })
}

for (const [amount, step, want] of [
  [0n, 10n, 0n],
  [4n, 10n, 0n],
  [5n, 10n, 10n],
  [149n, 100n, 100n],
  [150n, 100n, 200n],
  [7n, 1n, 7n],
] as const) {
  test(`of multiples of ${step}, ${want} is nearest to ${amount}`, () => expect(toNearestStep(amount, step)).toBe(want))
}

test('every currency code is three lower-case letters with 0, 2 or 3 digits', () => {
  for (const currency of currencies) {
    expect(currency).toMatch(/^[a-z]{3}$/)
    expect([0, 2, 3]).toContain(minorUnitDigits(currency))
  }
})
