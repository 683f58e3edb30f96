import { expect, test } from 'vitest'
import { columnsOf, isBalanced, movedBy, type ColumnEntry } from './columns.ts'

const entry = (text: string): ColumnEntry => {
  const [direction, value_str = '', currency = '', account_id = '', layer = 'posted'] = text.split(' ')
  return { id: `len_${text}`, direction, value_str, currency, account_id, layer } as ColumnEntry
}
const columns = (...entries: string[]) =>
  columnsOf(entries.map(entry), (currency) => (currency === 'jpy' ? 0 : 2)).map(
    ({ layer, currency, scale, lines, debits, credits }) => [
      `${layer} ${currency}/${scale}`,
      lines.map(({ direction, account_id }) => `${direction} ${account_id}`).join(', '),
      debits,
      credits,
    ],
  )

test('debits come first, and under each column stands its sum', () =>
  expect(columns('credit 4825 usd merchant', 'debit 5000 usd processor', 'credit 175 usd fees')).toEqual([
    ['posted usd/2', 'debit processor, credit merchant, credit fees', 5000n, 5000n],
  ]))

test('each currency has columns of its own', () =>
  expect(columns('debit 100 usd a', 'credit 150 jpy d', 'credit 100 usd b', 'debit 150 jpy c')).toEqual([
    ['posted usd/2', 'debit a, credit b', 100n, 100n],
    ['posted jpy/0', 'debit c, credit d', 150n, 150n],
  ]))

test('what is held stands apart from what is posted', () =>
  expect(
    columns('debit 5 usd b pending', 'credit 5 usd a pending', 'debit 3 usd a posted', 'credit 3 usd b posted'),
  ).toEqual([
    ['pending usd/2', 'debit b, credit a', 5n, 5n],
    ['posted usd/2', 'debit a, credit b', 3n, 3n],
  ]))

test('sums are exact beyond what a number of JavaScript holds', () => {
  const [drawn] = columnsOf(
    ['debit 9007199254740993 usd a', 'debit 1 usd b', 'credit 9007199254740994 usd c'].map(entry),
    () => 2,
  )
  expect(drawn).toMatchObject({ debits: 9007199254740994n, credits: 9007199254740994n })
  expect(isBalanced({ debits: 9007199254740993n, credits: 9007199254740994n })).toBe(false)
})

for (const [entries, want] of [
  [['debit 7 usd a', 'debit 3 usd b', 'credit 10 usd c'], [{ currency: 'usd', amount: 10n }]],
  [['debit 7 usd a pending', 'credit 7 usd b pending'], [{ currency: 'usd', amount: 7n }]],
  [
    ['debit 9 usd b pending', 'credit 9 usd a pending', 'debit 7 usd a', 'credit 7 usd b'],
    [{ currency: 'usd', amount: 7n }],
  ],
] as const)
  test(`${entries.join(' and ')} move ${want[0].amount}`, () => expect(movedBy(entries.map(entry))).toEqual(want))
