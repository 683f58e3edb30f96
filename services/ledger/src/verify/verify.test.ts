import { expect, test } from 'vitest'
import { chainHolds, balanceHolds, foldNext, gapIn, problemsOf, type EntryRow, type Fold } from './verify.ts'

for (const [seqs, after, head, want] of [
  [[1n, 2n, 3n], 0n, 3n, undefined],
  [[2n, 3n], 0n, 3n, 1n],
  [[1n, 3n], 0n, 3n, 2n],
  [[5n, 6n], 4n, 6n, undefined],
  [[1n, 2n, 3n], 0n, 2n, 3n],
  [[], 0n, 0n, undefined],
] as const)
  test(`counting ${JSON.stringify(seqs.map(Number))} on from ${after} to the head ${head} goes wrong at ${want}`, () =>
    expect(gapIn(seqs, { after, head })).toBe(want))

const sound = { seq: 1n, entry_count: 2, legs: 2n, accounts: 2n, total: 0n, legs_wrong: 0n, reversed: false }
for (const [change, want] of [
  [{}, []],
  [{ total: 1n }, ['unbalanced']],
  [{ legs: 3n }, ['entries_missing']],
  [{ legs: 1n, entry_count: 1, accounts: 1n }, ['entries_missing']],
  [{ accounts: 1n }, ['entries_missing']],
  [{ legs_wrong: 1n, reversed: true }, ['wrong_account', 'time_reversed']],
] as const)
  test(`a transaction with ${JSON.stringify(change, (_, value: unknown) => String(value))} is ${want.join(' and ') || 'sound'}`, () =>
    expect(problemsOf({ ...sound, ...change })).toEqual(want))

const entry = (amount: bigint, balance_after: bigint, account_version: bigint): EntryRow => ({
  book: 1n,
  account: 7n,
  seq: 1n,
  leg: 1,
  amount,
  balance_after,
  account_version,
  public_id: 'cash',
  posted_credits: 5n,
  posted_debits: 3n,
  version: 2n,
})
const foldAll = (entries: readonly EntryRow[]): Fold | undefined =>
  entries.reduce<Fold | undefined>((fold, next) => foldNext(fold, next), undefined)

test('entries that follow from each other come to what the account shows', () => {
  const fold = foldAll([entry(5n, 5n, 1n), entry(-3n, 2n, 2n)])
  expect(fold).toMatchObject({ credits: 5n, debits: 3n, version: 2n })
  expect(fold && [chainHolds(fold), balanceHolds(fold)]).toEqual([true, true])
})

for (const [name, entries, want] of [
  ['a wrong balance in the last entry', [entry(5n, 5n, 1n), entry(-3n, 3n, 2n)], [false, true]],
  ['a wrong version in the last entry', [entry(5n, 5n, 1n), entry(-3n, 2n, 3n)], [false, true]],
  ['an entry too few', [entry(5n, 5n, 1n)], [true, false]],
  ['an entry of another amount, balanced by its account', [entry(5n, 5n, 1n), entry(-4n, 1n, 2n)], [true, false]],
] as const)
  test(`${name} is seen`, () => {
    const fold = foldAll(entries)
    expect(fold && [chainHolds(fold), balanceHolds(fold)]).toEqual(want)
  })
