import { expect, test } from 'vitest'
import { amountText } from './amount.ts'

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
