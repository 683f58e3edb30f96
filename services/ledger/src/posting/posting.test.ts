import { addMs, Fault, fromUnixSeconds } from '@micro/kernel'
import { describe, expect, test } from 'vitest'
import { fingerprintOf } from '../transactions/fingerprint.ts'
import { decide, type PostRequest } from './posting.ts'
import type { AccountState, BookState } from './state.ts'

const now = fromUnixSeconds(1_000)
const sumMax = 10n ** 38n - 1n
const state = (account: bigint, rest: Partial<AccountState> = {}): AccountState => ({
  account,
  currency: 'usd',
  type: 'asset',
  status: 'active',
  minAvailable: null,
  maxBalance: null,
  credits: 0n,
  debits: 0n,
  pendingCredits: 0n,
  pendingDebits: 0n,
  version: 0n,
  ...rest,
})
const book = (accounts: Record<string, AccountState>, rest: Partial<BookState> = {}): BookState => ({
  book: 1n,
  seqLast: 41n,
  recordedLast: null,
  closedBefore: null,
  hashLast: Buffer.alloc(32),
  accounts: new Map(Object.entries(accounts)),
  recorded: new Map(),
  parents: new Map(),
  ...rest,
})
const request = (entries: PostRequest['entries'], rest: Partial<PostRequest> = {}): PostRequest => ({
  book: { merchant: 'acct_a', mode: 'test' },
  reference: 'ref',
  description: null,
  metadata: {},
  entries,
  ...rest,
})
const transfer = request([
  { account: 'a', amount: 100n },
  { account: 'b', amount: -100n },
])
const both = () => ({ a: state(1n), b: state(2n) })
const run = (on: BookState, what: PostRequest) =>
  decide(on, what, { now, id: 'ltx_1', fingerprint: fingerprintOf(what), salt: Buffer.alloc(16) })
const recorded = (on: BookState, what: PostRequest) => {
  const decision = run(on, what)
  if (decision.kind !== 'record') throw new Error('expected a transaction to record')
  return decision
}
const faultOf = (on: BookState, what: PostRequest) => {
  try {
    return run(on, what).kind
  } catch (error) {
    if (error instanceof Fault) return { code: error.code, ...error.detail }
    throw error
  }
}

test('a recorded transaction continues the seq, the versions and the balances', () => {
  const { transaction, write } = recorded(
    book({ a: state(1n, { credits: 5n, version: 1n }), b: state(2n) }),
    request([
      { account: 'a', amount: 60n },
      { account: 'b', amount: -100n },
      { account: 'a', amount: 40n },
    ]),
  )
  expect(transaction).toMatchObject({ seq: 42n, currency: 'usd', createdAt: now })
  expect(write.entries).toEqual([
    { account: 1n, amount: 60n, layer: 'posted', balanceAfter: 65n, accountVersion: 2n },
    { account: 2n, amount: -100n, layer: 'posted', balanceAfter: -100n, accountVersion: 1n },
    { account: 1n, amount: 40n, layer: 'posted', balanceAfter: 105n, accountVersion: 3n },
  ])
})

test('time never runs backwards within a book', () => {
  const later = addMs(now, 60_000)
  expect(recorded(book(both(), { recordedLast: later }), transfer).transaction.createdAt).toEqual(later)
})

describe('the same reference', () => {
  const again = () => {
    const existing = recorded(book(both()), transfer).transaction
    return book({}, { recorded: new Map([[existing.reference, existing]]) })
  }

  test('with the same content is a replay, without another look at the accounts', () => {
    const on = again()
    expect(run(on, transfer)).toEqual({ kind: 'replay', transaction: on.recorded.get(transfer.reference) })
  })
  test('with the same entries in another order is a replay', () =>
    expect(run(again(), request(transfer.entries.toReversed())).kind).toBe('replay'))
  for (const [name, other] of [
    [
      'another amount',
      request([
        { account: 'a', amount: 99n },
        { account: 'b', amount: -99n },
      ]),
    ],
    [
      'other accounts',
      request([
        { account: 'b', amount: 100n },
        { account: 'a', amount: -100n },
      ]),
    ],
    ['another description', request(transfer.entries, { description: 'x' })],
    ['an empty instead of no description', request(transfer.entries, { description: '' })],
    ['other metadata', request(transfer.entries, { metadata: { a: 'b' } })],
  ] as const)
    test(`with ${name} is a conflict`, () =>
      expect(faultOf(again(), other)).toMatchObject({ code: 'reference_conflict', param: 'reference_id' }))
})

describe('a transaction is refused', () => {
  for (const [name, on, what, want] of [
    [
      'on an unknown account',
      book({ a: state(1n) }),
      transfer,
      { code: 'parameter_resource_missing', param: 'entries[1][account_id]', id: 'b' },
    ],
    [
      'across currencies',
      book({ a: state(1n), b: state(2n, { currency: 'eur' }) }),
      transfer,
      { code: 'currency_mismatch', param: 'entries[1][account_id]', account: 'b', currency: 'eur', expected: 'usd' },
    ],
    [
      'in another currency than announced',
      book(both()),
      { ...transfer, system: { currency: 'eur', accounts: [] } },
      { code: 'currency_mismatch', param: 'entries[0][account_id]', expected: 'eur' },
    ],
    [
      'when it does not balance',
      book(both()),
      request([
        { account: 'a', amount: 100n },
        { account: 'b', amount: -99n },
      ]),
      { code: 'transaction_unbalanced', param: 'entries', difference: 1n, currency: 'usd' },
    ],
    [
      'when one of its currencies does not balance',
      book({ ...both(), c: state(3n, { currency: 'eur' }), d: state(4n, { currency: 'eur' }) }),
      request([
        { account: 'a', amount: 100n },
        { account: 'b', amount: -100n },
        { account: 'c', amount: 7n },
        { account: 'd', amount: -5n },
      ]),
      { code: 'transaction_unbalanced', param: 'entries', difference: 2n, currency: 'eur' },
    ],
    [
      'when a sum would pass what the database holds',
      book({ ...both(), b: state(2n, { debits: sumMax - 99n }) }),
      transfer,
      { code: 'sum_out_of_range', param: 'entries[1][amount]' },
    ],
  ] as const)
    test(name, () => expect(faultOf(on, what)).toMatchObject(want))

  test('but not when a sum just reaches what the database holds', () =>
    expect(
      recorded(book({ ...both(), b: state(2n, { debits: sumMax - 100n }) }), transfer).write.entries[1]?.balanceAfter,
    ).toBe(-sumMax))
})

test('sums never wrap: three entries that sum to 2^64 do not balance', () => {
  const third = 2n ** 64n / 4n
  const wrapping = request([
    { account: 'a', amount: third * 2n },
    { account: 'b', amount: third },
    { account: 'a', amount: third },
  ])
  expect(faultOf(book(both()), wrapping)).toMatchObject({ code: 'transaction_unbalanced', difference: 2n ** 64n })
})
