import { expect, test } from 'vitest'
import { chartsOf, noFigures, owedChart, successText } from './figures.ts'

for (const [paid, failed, want] of [
  [3, 1, '75 %'],
  // Never rounded up to what is not so.
  [999, 1, '99 %'],
  [1, 0, '100 %'],
  [0, 2, '0 %'],
  [0, 0, undefined],
] as const)
  test(`${paid} paid and ${failed} failed is a success of ${want}`, () =>
    expect(successText({ paid, failed })).toBe(want))

const stretch = (from: number, more: object = {}) => {
  const [empty] = noFigures('usd', [from, from + 10]).series
  if (empty === undefined) throw new Error('there is one stretch')
  return { ...empty, ...more }
}
const shown = { each: 'day', bounds: [100, 110, 120, 130], now: 115 }

test('charts have a bar for each stretch, in whole units of the currency', () => {
  const series = [
    stretch(100, { volume: 1250, refunds: 100, fees: 66, paid: 3, failed: 1 }),
    stretch(110),
    stretch(120, { failed: 2 }),
  ]
  const { volume, refunds, fees, success } = chartsOf({ ...noFigures('usd', []), series }, shown)
  expect([volume.x, volume.from, volume.until, volume.kind]).toEqual([[100, 110, 120], 100, 130, 'bars'])
  expect([volume, refunds, fees].map(({ lines }) => lines[0]?.values)).toEqual([
    [12.5, 0, 0],
    [1, 0, 0],
    [0.66, 0, 0],
  ])
  // Where nobody tried there is no rate, and not one of 0.
  expect(success.lines[0]?.values).toEqual([75, null, 0])
  expect(success.max).toBe(100)
  expect(volume.label).toBe('Volume in USD, day by day')
})

for (const [currency, want] of [
  ['usd', 12.34],
  ['jpy', 1234],
  ['kwd', 1.234],
] as const)
  test(`1234 minor units of ${currency} are ${want} on an axis`, () => {
    const figures = { ...noFigures(currency, []), series: [stretch(100, { volume: 1234 })] }
    expect(chartsOf(figures, shown).volume.lines[0]?.values).toEqual([want])
    expect(owedChart([{ balance_str: '1234' }], currency, { ...shown, now: 100 }).lines[0]?.values).toEqual([want])
  })

test('the balance ends now, and not at the end of a day that has not ended', () => {
  const owed = ['0', '500', '700', '700'].map((balance_str) => ({ balance_str }))
  const { x, lines, until } = owedChart(owed, 'usd', shown)
  expect([x, lines[0]?.values, until]).toEqual([[100, 110, 115], [0, 5, 7], 130])
})

test('before the first payment nothing is owed', () =>
  expect(owedChart([], 'usd', shown).lines[0]?.values).toEqual([0, 0, 0]))

test('a currency in which nothing happened has its stretches all the same', () =>
  expect(chartsOf(noFigures('eur', shown.bounds), shown).volume).toMatchObject({
    x: [100, 110, 120],
    lines: [{ values: [0, 0, 0] }],
  }))
