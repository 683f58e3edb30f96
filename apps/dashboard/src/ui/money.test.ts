import { expect, test } from 'vitest'
import { decimalOf, moneyText, parseMoney } from './money.ts'

for (const [amount, currency, decimal, text] of [
  [0, 'usd', '0.00', '$0.00 USD'],
  [5, 'usd', '0.05', '$0.05 USD'],
  [1999, 'usd', '19.99', '$19.99 USD'],
  [-1999, 'eur', '-19.99', '-€19.99 EUR'],
  [1999, 'jpy', '1999', '¥1,999 JPY'],
  [1999, 'kwd', '1.999', 'KWD 1.999'],
  [500, 'isk', '5.00', 'kr 5.00 ISK'],
  [2n ** 60n, 'usd', '11529215046068469.76', '$11,529,215,046,068,469.76 USD'],
] as const)
  test(`${amount} ${currency} is ${decimal}, and to people ${text}`, () => {
    expect(decimalOf(amount, currency)).toBe(decimal)
    expect(moneyText(amount, currency, 'en-US').replaceAll('\u00a0', ' ')).toBe(text)
  })

for (const [typed, currency, want] of [
  ['19.99', 'usd', 1999],
  ['19,9', 'usd', 1990],
  [' 20 ', 'usd', 2000],
  ['1999', 'jpy', 1999],
  ['1.5', 'jpy', undefined],
  ['1.999', 'kwd', 1999],
  ['19.999', 'usd', undefined],
  ['-5', 'usd', undefined],
  ['ten', 'usd', undefined],
  ['', 'usd', undefined],
] as const)
  test(`typed '${typed}' in ${currency} means ${want}`, () => expect(parseMoney(typed, currency)).toBe(want))
