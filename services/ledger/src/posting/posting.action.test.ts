/** What is decided of holds, their captures and reversals, where it hangs on the accounts and the book. */
import { addMs, Fault, fromUnixSeconds } from '@micro/kernel'
import { describe, expect, test } from 'vitest'
import type { NewAccount } from '../accounts/account.ts'
import type { Action } from './action.ts'
import type { ParentState } from './parent.ts'
import { decide, type Decision, type PostRequest } from './posting.ts'
import type { AccountState, BookState } from './state.ts'

const now = fromUnixSeconds(1_000)
const sumMax = 10n ** 38n - 1n
const place = { id: 'ltx_1', seq: 1n, weight: 1 }

const account = (nth: bigint, rest: Partial<AccountState> = {}): AccountState => ({
  account: nth,
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
const book = (a: Partial<AccountState> = {}, rest: Partial<BookState> = {}): BookState => ({
  book: 1n,
  seqLast: 0n,
  recordedLast: null,
  closedBefore: null,
  hashLast: Buffer.alloc(32),
  accounts: new Map([
    ['a', account(1n, a)],
    ['b', account(2n)],
    ['c', account(3n)],
  ]),
  recorded: new Map(),
  parents: new Map(),
  ...rest,
})
const entries = [
  { account: 'a', amount: 100n },
  { account: 'b', amount: -70n },
  { account: 'c', amount: -30n },
]
const run = (on: BookState, reference: string, rest: Partial<PostRequest> = {}, at = now): Decision => {
  const request = { book: { merchant: 'acct_a', mode: 'test' }, reference, description: null, metadata: {} } as const
  const facts = { id: `ltx_${on.seqLast + 1n}`, fingerprint: Buffer.alloc(32), salt: Buffer.alloc(16, 7) }
  return decide(on, { ...request, entries: [], ...rest }, { ...facts, now: at })
}
const written = (on: BookState, rest: Partial<PostRequest>) => {
  const decision = run(on, 'r', rest)
  if (decision.kind !== 'record') throw new Error('expected a transaction to record')
  return decision.write
}
const outcome = (work: () => Decision): unknown => {
  try {
    return work().transaction.kind
  } catch (error) {
    if (error instanceof Fault) return { code: error.code, ...error.detail }
    throw error
  }
}

/** A book whose first transaction is one that others follow, and its account `a` made another since. */
const followed = (action: Action | undefined, a: Partial<AccountState> = {}): BookState => {
  const parents = new Map<string, ParentState>()
  const on = book({}, { parents })
  const { transaction } = run(on, 'first', { entries, action })
  const remaining = new Map(entries.map(({ account: name, amount }) => [name, amount]))
  const status = action === undefined ? null : 'open'
  parents.set(transaction.id, { transaction, remaining, status, captures: 0, reversedBy: null })
  Object.assign(on.accounts.get('a') as AccountState, a)
  return on
}
const due = addMs(now, 5_000)
const held = (a?: Partial<AccountState>) => followed({ kind: 'hold', expiry: { at: due } }, a)
const capture = { kind: 'capture', parent: place, amount: null, final: false } as const
const follow = (on: BookState, action: Action, asked: PostRequest['entries'] = []) =>
  outcome(() => run(on, 'second', { action, entries: asked }, action.kind === 'expire' ? due : now))

describe('what a capture posts balances by itself', () => {
  for (const [name, asked, want] of [
    ['a debit and its credit', { a: 30n, c: -30n }, 'capture'],
    [
      'a debit of more than is credited',
      { a: 30n, c: -20n },
      { code: 'transaction_unbalanced', param: 'entries', difference: 10n, currency: 'usd' },
    ],
  ] as const)
    test(name, () => {
      const list = Object.entries(asked).map(([of, amount]) => ({ account: of, amount }))
      expect(follow(held(), capture, list)).toEqual(want)
    })
})

describe('of what is held', () => {
  for (const kind of ['release', 'expire'] as const) {
    test(`a frozen account may ${kind}, a closed one may not`, () => {
      expect(follow(held({ status: 'frozen' }), { kind, parent: place })).toBe(kind)
      const closed = { code: 'account_closed', param: 'id', account: 'a' }
      expect(follow(held({ status: 'closed' }), { kind, parent: place })).toEqual(closed)
    })
    test(`the fullest account may ${kind}`, () =>
      expect(follow(held({ credits: sumMax }), { kind, parent: place })).toBe(kind))
  }
  test('the fullest account may capture what it had room for when it was held', () => {
    const full = held({ credits: sumMax - 100n })
    expect(follow(full, capture)).toBe('capture')
    expect(full.accounts.get('a')).toMatchObject({ credits: sumMax, pendingCredits: 0n })
  })
  test('a frozen account captures nothing, and is named as it was asked for', () => {
    const frozen = { code: 'account_frozen', account: 'a' }
    expect(follow(held({ status: 'frozen' }), capture)).toEqual({ ...frozen, param: 'id' })
    expect(follow(held({ status: 'frozen' }), capture, entries)).toEqual({ ...frozen, param: 'entries[0][account_id]' })
  })
})

describe('a reversal', () => {
  const reversal = { kind: 'reversal', parent: place } as const
  test('moves no hold on, and is known to what it reverses', () => {
    const on = followed(undefined)
    expect(follow(on, reversal)).toBe('reversal')
    expect(on.parents.get('ltx_1')).toMatchObject({ reversedBy: 'ltx_2', status: null, captures: 0 })
  })
  test('passes no largest sum', () =>
    expect(follow(followed(undefined, { debits: sumMax - 99n }), reversal)).toEqual({
      code: 'sum_out_of_range',
      param: 'id',
    }))
  test('of what was not loaded is our own mistake', () =>
    expect(() => follow(book(), reversal)).toThrow('transaction ltx_1 was not loaded'))
})

test('a post is one by name', () => expect(outcome(() => run(book(), 'r', { entries }))).toBe('post'))

describe("Micro's own accounts", () => {
  const wanted = (id: string, type: NewAccount['type']): NewAccount => {
    const none = { assetScale: null, metadata: {}, minAvailable: null, maxBalance: null }
    return { id, type, name: id, currency: 'usd', ...none }
  }
  for (const [name, accounts, want] of [
    ['are made on first use', [wanted('d', 'asset'), wanted('a', 'asset')], 'post'],
    [
      'are not taken for others of their name',
      [wanted('d', 'asset'), wanted('a', 'liability')],
      { code: 'account_exists', param: 'accounts[1][id]', account: 'a' },
    ],
  ] as const)
    test(name, () =>
      expect(outcome(() => run(book(), 'r', { entries, system: { currency: 'usd', accounts } }))).toEqual(want),
    )
})

describe('a salt is kept', () => {
  for (const [name, words, isKept] of [
    ['of a description', { description: 'x' }, true],
    ['of an empty one', { description: '' }, true],
    ['of metadata', { metadata: { key: 'value' } }, true],
    ['of nothing else', {}, false],
  ] as const)
    test(name, () => expect(written(book(), { entries, ...words }).salt).toEqual(isKept ? Buffer.alloc(16, 7) : null))
})

describe('a period that is closed', () => {
  const closedBefore = fromUnixSeconds(900)
  const late = { entries, effectiveAt: fromUnixSeconds(800) }
  test("takes nothing of a merchant's", () =>
    expect(outcome(() => run(book({}, { closedBefore }), 'r', late))).toMatchObject({ code: 'period_closed' }))
  test("counts what is Micro's own when it is recorded", () => {
    const system = { currency: 'usd', accounts: [] }
    expect(written(book({}, { closedBefore }), { ...late, system }).transaction).toMatchObject({
      createdAt: now,
      effectiveAt: late.effectiveAt,
      bookedAt: now,
    })
  })
  test('has nothing recorded in it, though the clock were behind', () => {
    const ahead = addMs(now, 1)
    const { createdAt, bookedAt } = written(book({}, { closedBefore: ahead }), { entries }).transaction
    expect([createdAt, bookedAt]).toEqual([ahead, null])
  })
})
