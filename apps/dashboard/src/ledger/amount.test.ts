import { expect, test } from 'vitest'
import { amountText, parseAmount } from './amount.ts'

for (const [amount, unit, want] of [
  ['1999', { currency: 'usd', scale: 2 }, '$19.99 USD'],
  ['-1999', { currency: 'eur', scale: 2 }, '-€19.99 EUR'],
  ['9007199254740993', { currency: 'usd', scale: 2 }, '$90,071,992,547,409.93 USD'],
  ['12500', { currency: 'grams', scale: 3 }, '12.500 GRAMS'],
  ['1', { currency: 'btc', scale: 8 }, '0.00000001 BTC'],
  ['-70', { currency: 'points', scale: 0 }, '-70 POINTS'],
  ['123456789012345678901234567890', { currency: 'wei', scale: 18 }, '123,456,789,012.345678901234567890 WEI'],
] as const)
  test(`${amount} of ${unit.currency} is written ${want}, to the last digit`, () =>
    expect(amountText(amount, unit, 'en-US')).toBe(want))

for (const [text, scale, want] of [
  ['12.50', 2, 1250n],
  ['12,5', 2, 1250n],
  ['100', 0, 100n],
  [' 0.001 ', 3, 1n],
  ['99999999999999999999.99', 2, 9_999_999_999_999_999_999_999n],
  // Where thousands are parted by a comma, these are a thousand and more.
  ['1,000', 3, undefined],
  ['999,999', 8, undefined],
  ['1.000', 3, 1000n],
  ['0,001', 3, 1n],
  ['1234,567', 3, 1_234_567n],
  ['1,0000', 8, 100_000_000n],
  ['1,00', 3, 1000n],
  ['1.005', 2, undefined],
  ['1.5', 0, undefined],
  ['0', 2, undefined],
  ['-1', 2, undefined],
  ['1e3', 2, undefined],
  ['', 2, undefined],
] as const)
  test(`"${text}" typed as an amount of ${scale} digits is ${want}`, () => expect(parseAmount(text, scale)).toBe(want))
