import type { LedgerHold } from '@micro/contracts'
import { expect, test } from 'vitest'
import { heldBy, holdFiltersIn, isOpen, takesAmount } from './hold.ts'

const entry = (direction: 'debit' | 'credit', amount: string, remaining: string, currency = 'usd') =>
  ({
    account_id: 'a',
    currency,
    direction,
    amount_str: amount,
    remaining_str: remaining,
  }) as LedgerHold['entries'][number]
const two = [entry('debit', '-700', '-300'), entry('credit', '700', '300')]

test('what a hold holds is told once, though two accounts have it', () => {
  expect(heldBy({ entries: two }, 'amount')).toEqual([{ currency: 'usd', amount: 700n }])
  expect(heldBy({ entries: two }, 'remaining')).toEqual([{ currency: 'usd', amount: 300n }])
})

test('in several currencies it is told of each', () =>
  expect(
    heldBy({ entries: [...two, entry('debit', '-5', '-5', 'eur'), entry('credit', '5', '5', 'eur')] }, 'amount'),
  ).toEqual([
    { currency: 'usd', amount: 700n },
    { currency: 'eur', amount: 5n },
  ]))

for (const [status, reference_id, want] of [
  ['open', 'order-1', true],
  ['open', 'micro:hold', false],
  ['captured', 'order-1', false],
  ['released', 'order-1', false],
  ['expired', 'order-1', false],
] as const)
  test(`a hold that is ${status}, of the reference ${reference_id}: ${want ? 'acts' : 'no acts'}`, () =>
    expect(isOpen({ status, reference_id, entries: two })).toBe(want))

test('a part is taken of a hold between two accounts alone', () => {
  expect(takesAmount({ entries: two })).toBe(true)
  expect(takesAmount({ entries: [...two, entry('credit', '1', '1')] })).toBe(false)
})

for (const [search, want] of [
  [{}, {}],
  [
    { status: 'any', after: 'hold_1' },
    { status: 'any', after: 'hold_1' },
  ],
  [{ status: 'lost', after: 'ltx_1' }, {}],
] as const)
  test(`${JSON.stringify(search)} in an address is ${JSON.stringify(want)}`, () =>
    expect(holdFiltersIn(search)).toEqual(want))
