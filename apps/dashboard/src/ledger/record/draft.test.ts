import { expect, test } from 'vitest'
import { emptyLine, judge, type DraftLine, type Lookup } from './draft.ts'

const accounts: Readonly<Record<string, ReturnType<Lookup>>> = {
  cash: { currency: 'usd', scale: 2, status: 'active' },
  sales: { currency: 'usd', scale: 2, status: 'active' },
  tax: { currency: 'usd', scale: 2, status: 'active' },
  yen: { currency: 'jpy', scale: 0, status: 'active' },
  yen_sales: { currency: 'jpy', scale: 0, status: 'active' },
  dinar: { currency: 'kwd', scale: 3, status: 'active' },
  cold: { currency: 'usd', scale: 2, status: 'frozen' },
  sys_fee_revenue_usd: { currency: 'usd', scale: 2, status: 'active' },
  nobody: 'unknown',
}
const lookUp: Lookup = (id) => accounts[id]
const debit = (account: string, amount: string): DraftLine => ({ account, side: 'debit', amount })
const credit = (account: string, amount: string): DraftLine => ({ account, side: 'credit', amount })

test('a draft whose sides are the same becomes entries, in exact minor units', () => {
  const { entries, sums, faults } = judge(
    [debit('cash', '12.5'), credit('sales', '10.00'), credit('tax', '2,50'), emptyLine('debit')],
    lookUp,
  )
  expect(entries).toEqual([
    { account_id: 'cash', amount: '1250', direction: 'debit' },
    { account_id: 'sales', amount: '1000', direction: 'credit' },
    { account_id: 'tax', amount: '250', direction: 'credit' },
  ])
  expect(sums).toEqual([{ currency: 'usd', scale: 2, debits: 1250n, credits: 1250n }])
  expect(faults).toEqual([{}, {}, {}, {}])
})

test('each currency balances by itself', () => {
  const dollars = [debit('cash', '1'), credit('sales', '1')]
  const yen = [debit('yen', '100'), credit('yen_sales', '100')]
  expect(judge([...dollars, ...yen], lookUp).entries).toHaveLength(4)
  expect(judge([debit('cash', '1'), credit('yen', '1')], lookUp).entries).toBeUndefined()
})

for (const [what, lines, at, want] of [
  ['sides that differ', [debit('cash', '1'), credit('sales', '2')], 0, {}],
  ['one line', [debit('cash', '1')], 0, {}],
  ['no line', [emptyLine('debit'), emptyLine('credit')], 0, {}],
  ['an account that is not there', [debit('nobody', '1'), credit('sales', '1')], 0, { account: 'no such account' }],
  ['an account of Micro’s', [debit('sys_fee_revenue_usd', '1'), credit('sales', '1')], 0, { account: 'Micro keeps' }],
  ['an account that is frozen', [debit('cold', '1'), credit('sales', '1')], 0, { account: 'frozen' }],
  ['an account that is looked for', [debit('new', '1'), credit('sales', '1')], 0, {}],
  ['no account', [debit('', '1'), credit('sales', '1')], 0, { account: 'Name an account' }],
  ['no amount', [debit('cash', ''), credit('sales', '1')], 0, { amount: 'An amount' }],
  ['an amount of 0', [debit('cash', '0'), credit('sales', '0')], 0, { amount: 'above 0' }],
  ['an amount too fine', [debit('cash', '0.001'), credit('sales', '0.001')], 0, { amount: '2 decimals' }],
  ['decimals of yen', [debit('yen', '1.5'), credit('yen_sales', '1.5')], 0, { amount: 'without decimals' }],
  ['no number', [debit('dinar', 'much'), credit('sales', '1')], 0, { amount: '3 decimals' }],
] as const)
  test(`${what}: nothing is to be recorded`, () => {
    const { entries, faults } = judge(lines, lookUp)
    expect(entries).toBeUndefined()
    for (const [field, text] of Object.entries(want))
      expect(faults[at]).toHaveProperty(field, expect.stringContaining(text))
    if (Object.keys(want).length === 0) expect(faults[at]).toEqual({})
  })
