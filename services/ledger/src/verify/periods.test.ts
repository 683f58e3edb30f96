import { fromUnixSeconds } from '@micro/kernel'
import { expect, test } from 'vitest'
import type { Totals } from '../reports/report.ts'
import { noPeriod, periodHolds, sameTotals } from './periods.ts'

const hash = Buffer.alloc(32, 1)
const second = {
  number: 2,
  closed_before: fromUnixSeconds(200),
  created_at: fromUnixSeconds(300),
  seq: 5n,
  hash,
  hash_found: Buffer.from(hash),
}
const first = { number: 1, closed_before: fromUnixSeconds(100), seq: 3n }

for (const [name, before, change, want] of [
  ['after the first', first, {}, true],
  ['as the first', noPeriod, { number: 1 }, true],
  ['of a book without transactions', noPeriod, { number: 1, seq: 0n, hash: null, hash_found: null }, true],
  ['after a gap', noPeriod, {}, false],
  ['that goes back', { ...first, closed_before: fromUnixSeconds(200) }, {}, false],
  ['at an older transaction', { ...first, seq: 6n }, {}, false],
  ['of the future', first, { created_at: fromUnixSeconds(199) }, false],
  ['with another hash', first, { hash_found: Buffer.alloc(32, 2) }, false],
  ['at a transaction that is not there', first, { hash_found: null }, false],
  ['without a hash', first, { hash: null }, false],
] as const)
  test(`a period ${name} is ${want ? 'sound' : 'wrong'}`, () =>
    expect(periodHolds(before, { ...second, ...change })).toBe(want))

const row: Totals = { type: 'asset', currency: 'usd', assetScale: null, debits: 5n, credits: 0n }
for (const [change, want] of [
  [{}, true],
  [{ debits: 6n }, false],
  [{ credits: 1n }, false],
  [{ type: 'expense' }, false],
  [{ currency: 'eur' }, false],
] as const)
  test(`totals with ${JSON.stringify(change, (_, value: unknown) => String(value))} are ${want ? 'the same' : 'others'}`, () =>
    expect(sameTotals([row], [{ ...row, ...change }])).toBe(want))
test('totals of which one is missing are others', () => {
  expect(sameTotals([row], [])).toBe(false)
  expect(sameTotals([], [row])).toBe(false)
})
