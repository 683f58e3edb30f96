import { expect, test } from 'vitest'
import { linkOf } from '../chain/content.ts'
import {
  chainHolds,
  balanceHolds,
  foldNext,
  gapIn,
  headHolds,
  linkHolds,
  problemsOf,
  type EntryRow,
  type Fold,
} from './verify.ts'

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

const content = Buffer.alloc(32, 2)
const sound = {
  seq: 1n,
  entry_count: 2,
  legs: 2n,
  accounts: 2n,
  currencies_unbalanced: 0n,
  legs_wrong: 0n,
  currency_missing: false,
  layers_wrong: false,
  content_hash: content,
  content_found: Buffer.from(content),
  hash: linkOf(Buffer.alloc(32, 1), content),
  reversed: false,
}
for (const [change, want] of [
  [{}, []],
  [{ currencies_unbalanced: 1n }, ['unbalanced']],
  [{ currency_missing: true }, ['wrong_currency']],
  [{ layers_wrong: true }, ['wrong_layer']],
  [{ content_found: Buffer.alloc(32, 3) }, ['wrong_content']],
  [{ content_found: null }, ['wrong_content']],
  [{ legs: 3n }, ['entries_missing']],
  [{ legs: 1n, entry_count: 1, accounts: 1n }, ['entries_missing']],
  [{ accounts: 1n }, ['entries_missing']],
  [{ legs_wrong: 1n, reversed: true }, ['wrong_account', 'time_reversed']],
] as const)
  test(`a transaction with ${JSON.stringify(change, (_, value: unknown) => String(value))} is ${want.join(' and ') || 'sound'}`, () =>
    expect(problemsOf({ ...sound, ...change })).toEqual(want))

test('a transaction follows the one hash before it and no other', () => {
  expect(linkHolds(sound, Buffer.alloc(32, 1))).toBe(true)
  expect(linkHolds(sound, Buffer.alloc(32, 9))).toBe(false)
  expect(linkHolds({ ...sound, content_hash: Buffer.alloc(32, 9) }, Buffer.alloc(32, 1))).toBe(false)
})

const book = { lane: 1, id: 1n, merchant: 'acct_a', mode: 'test', last_seq: 1n } as const
for (const [name, head_hash, newest, want] of [
  ['an empty book without a hash', null, undefined, true],
  ['an empty book with a hash', sound.hash, undefined, false],
  ['a book with the hash of its newest', Buffer.from(sound.hash), sound, true],
  ['a book with another hash', content, sound, false],
  ['a book with a transaction and no hash', null, sound, false],
] as const)
  test(`${name} is ${want ? 'sound' : 'wrong'}`, () => expect(headHolds({ ...book, head_hash }, newest)).toBe(want))

const entry = (amount: bigint, balance_after: bigint, account_version: bigint): EntryRow => ({
  book: 1n,
  account: 7n,
  seq: 1n,
  leg: 1,
  layer: 'posted',
  takes_back: false,
  amount,
  balance_after,
  account_version,
  public_id: 'cash',
  posted_credits: 5n,
  posted_debits: 3n,
  pending_credits: 0n,
  pending_debits: 0n,
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
