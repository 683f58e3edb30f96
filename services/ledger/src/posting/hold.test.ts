import { addMs, Fault, fromUnixSeconds } from '@micro/kernel'
import { describe, expect, test } from 'vitest'
import type { PlannedEntry } from '../transactions/entries.ts'
import type { StoredTransaction } from '../transactions/transaction.ts'
import {
  captureEntries,
  capturesMax,
  expiresAtOf,
  expiryMaxSeconds,
  followHold,
  holdEntries,
  releaseEntries,
  type HoldCommand,
} from './hold.ts'
import type { ParentState } from './parent.ts'
import { reversalEntries } from './reversal.ts'

const now = fromUnixSeconds(1_000)
const due = fromUnixSeconds(2_000)

const transaction = (rest: Partial<StoredTransaction> = {}): StoredTransaction => ({
  id: 'ltx_1',
  mode: 'test',
  kind: 'hold',
  parent: null,
  reversedBy: null,
  expiresAt: due,
  seq: 1n,
  reference: 'r',
  description: null,
  currency: 'usd',
  metadata: {},
  entries: [
    { account: 'a', currency: 'usd', normalBalance: 'credit', amount: -50n, layer: 'pending', netAfter: -50n },
    { account: 'b', currency: 'usd', normalBalance: 'credit', amount: 50n, layer: 'pending', netAfter: 50n },
  ],
  createdAt: now,
  effectiveAt: now,
  bookedAt: null,
  hash: Buffer.alloc(32),
  fingerprint: Buffer.alloc(32),
  ...rest,
})
const parent = (rest: Partial<ParentState> = {}): ParentState => ({
  transaction: transaction(),
  remaining: new Map([
    ['a', -30n],
    ['b', 30n],
  ]),
  status: 'open',
  captures: 1,
  reversedBy: null,
  ...rest,
})
const left = (amount: bigint) =>
  new Map([
    ['a', -amount],
    ['b', amount],
  ])

const all = { asked: [], amount: null, final: false }
const run = (hold: ParentState, command: HoldCommand, at: Date): readonly PlannedEntry[] =>
  command === 'capture' ? captureEntries(hold, all, at) : releaseEntries(hold, command, at)
const outcome = (work: () => unknown): string => {
  try {
    work()
    return 'done'
  } catch (error) {
    if (error instanceof Fault) return error.code
    throw error
  }
}

/** All that a refusal tells, but for its words. */
const refusal = (work: () => unknown): unknown => {
  try {
    work()
    return 'done'
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    const { reason: _, ...rest } = error.detail
    return { code: error.code, ...rest }
  }
}

const before = addMs(due, -1)
for (const [status, command, at, want, becomes] of [
  ['open', 'capture', before, 'done', 'captured'],
  ['open', 'capture', due, 'hold_expired', 'open'],
  ['open', 'release', before, 'done', 'released'],
  ['open', 'release', due, 'done', 'released'],
  ['open', 'expire', due, 'done', 'expired'],
  ['captured', 'capture', before, 'hold_captured', 'captured'],
  ['captured', 'release', before, 'hold_captured', 'captured'],
  ['captured', 'expire', due, 'hold_captured', 'captured'],
  ['released', 'capture', before, 'hold_released', 'released'],
  ['released', 'release', before, 'hold_released', 'released'],
  ['released', 'expire', due, 'hold_released', 'released'],
  ['expired', 'capture', due, 'hold_expired', 'expired'],
  ['expired', 'release', due, 'hold_expired', 'expired'],
  ['expired', 'expire', due, 'hold_expired', 'expired'],
] as const)
  test(`to ${command} a hold that is ${status}, ${at === due ? 'when' : 'before'} it is due, gives ${want}`, () => {
    const hold = parent({ status })
    const refused = { code: want, hold: 'hold_1' }
    expect(refusal(() => followHold(hold, command, run(hold, command, at)))).toEqual(want === 'done' ? want : refused)
    expect(hold).toMatchObject({ status: becomes, captures: want === 'done' && command === 'capture' ? 2 : 1 })
  })

test('what is no hold can be neither captured nor given back', () => {
  const post = parent({ transaction: transaction({ kind: 'post' }), status: null })
  for (const command of ['capture', 'release', 'expire'] as const)
    expect(() => run(post, command, now)).toThrow('is no hold')
})

test('a hold that is not due, or never is, cannot be made to expire', () => {
  expect(() => releaseEntries(parent(), 'expire', before)).toThrow('is not due')
  const never = parent({ transaction: transaction({ expiresAt: null }) })
  expect(() => releaseEntries(never, 'expire', due)).toThrow('is not due')
  expect(outcome(() => captureEntries(never, all, fromUnixSeconds(9_999_999)))).toBe('done')
})

describe('a capture', () => {
  for (const [held, asked, want] of [
    [30n, 29n, 'done'],
    [30n, 30n, 'done'],
    [
      30n,
      31n,
      { code: 'hold_exceeded', param: 'amount', hold: 'hold_1', account: 'a', remaining: '30', required: '31' },
    ],
  ] as const)
    test(`of ${asked} of a hold that has ${held} left is judged by what is left`, () =>
      expect(refusal(() => captureEntries(parent({ remaining: left(held) }), { ...all, amount: asked }, now))).toEqual(
        want,
      ))

  test('posts what it takes back, as much of the hold stays open as is left', () => {
    const hold = parent()
    const entries = captureEntries(hold, { ...all, amount: 20n }, now)
    expect(entries).toEqual([
      { account: 'a', amount: -20n },
      { account: 'b', amount: 20n },
      { account: 'a', amount: 20n, layer: 'pending', takesBack: true },
      { account: 'b', amount: -20n, layer: 'pending', takesBack: true },
    ])
    followHold(hold, 'capture', entries)
    expect(hold).toMatchObject({ status: 'open', captures: 2, remaining: left(10n) })
  })
  test('that is final takes back all that is left', () => {
    const hold = parent()
    followHold(hold, 'capture', captureEntries(hold, { ...all, amount: 20n, final: true }, now))
    expect(hold).toMatchObject({ status: 'captured', remaining: left(0n) })
  })
  for (const [captures, want] of [
    [capturesMax - 1, 'done'],
    [capturesMax, { code: 'hold_captures_too_many', hold: 'hold_1', limit: capturesMax }],
  ] as const)
    test(`after ${captures} others is ${want === 'done' ? 'done' : 'one too many'}`, () =>
      expect(refusal(() => run(parent({ captures }), 'capture', now))).toEqual(want))
})

describe('of a hold of three entries, one of them captured,', () => {
  const entry = (account: string, amount: bigint) =>
    ({ account, currency: 'usd', normalBalance: 'credit', amount, layer: 'pending', netAfter: amount }) as const
  const hold = (c = 0n) =>
    parent({
      transaction: transaction({ entries: [entry('a', -50n), entry('b', 30n), entry('c', 20n)] }),
      remaining: new Map([
        ['a', -30n - c],
        ['b', 30n],
        ['c', c],
      ]),
    })
  const givenBack = [
    { account: 'a', amount: 30n, layer: 'pending', takesBack: true },
    { account: 'b', amount: -30n, layer: 'pending', takesBack: true },
  ]

  test('what is left is captured and given back, and nothing of the one', () => {
    const posted = [
      { account: 'a', amount: -30n },
      { account: 'b', amount: 30n },
    ]
    expect(captureEntries(hold(), all, now)).toEqual([...posted, ...givenBack])
    expect(captureEntries(hold(), { ...all, final: true }, now)).toEqual([...posted, ...givenBack])
    expect(releaseEntries(hold(), 'release', now)).toEqual(givenBack)
  })
  test('an amount says too little', () =>
    expect(refusal(() => captureEntries(hold(), { ...all, amount: 1n }, now))).toEqual({
      code: 'parameter_invalid',
      param: 'amount',
    }))

  const exceeded = { code: 'hold_exceeded', hold: 'hold_1' }
  for (const [name, asked, want] of [
    ['all that is left may be asked for', { a: -30n, b: 30n }, 'done'],
    ['a part of it may', { a: -29n, b: 29n }, 'done'],
    [
      'one more debited may not',
      { b: 30n, a: -31n },
      { ...exceeded, param: 'entries[1][amount]', account: 'a', remaining: '30', required: '31' },
    ],
    [
      'one more credited may not',
      { b: 31n },
      { ...exceeded, param: 'entries[0][amount]', account: 'b', remaining: '30', required: '31' },
    ],
    [
      'nothing of the one may',
      { c: 1n },
      { ...exceeded, param: 'entries[0][amount]', account: 'c', remaining: '0', required: '1' },
    ],
    ['no other account may', { a: -1n, d: 1n }, { code: 'parameter_invalid', param: 'entries[1][account_id]' }],
    ['what is debited is not credited', { a: 1n }, { code: 'parameter_invalid', param: 'entries[0][amount]' }],
    ['what is credited is not debited', { b: -1n }, { code: 'parameter_invalid', param: 'entries[0][amount]' }],
  ] as const)
    test(name, () => {
      const entries = Object.entries(asked).map(([account, amount]) => ({ account, amount }))
      expect(refusal(() => captureEntries(hold(), { ...all, asked: entries }, now))).toEqual(want)
    })
  test('no account may be asked for twice', () => {
    const asked = [
      { account: 'b', amount: 1n },
      { account: 'a', amount: -2n },
      { account: 'b', amount: 1n },
    ]
    expect(refusal(() => captureEntries(hold(), { ...all, asked }, now))).toEqual({
      code: 'parameter_invalid',
      param: 'entries[2][account_id]',
    })
  })
  test('it stays open until nothing is left of any', () => {
    const part = hold(20n)
    const asked = [
      { account: 'a', amount: -20n },
      { account: 'c', amount: 20n },
    ]
    followHold(part, 'capture', captureEntries(part, { ...all, asked }, now))
    expect(part).toMatchObject({ status: 'open', remaining: hold().remaining })
    followHold(part, 'release', releaseEntries(part, 'release', now))
    expect(part).toMatchObject({ status: 'released', captures: 2 })
  })
})

test('a hold names each account once', () => {
  const entries = [
    { account: 'a', amount: -2n },
    { account: 'b', amount: 2n },
  ]
  expect(holdEntries(entries)).toEqual(entries.map((entry) => ({ ...entry, layer: 'pending' })))
  expect(refusal(() => holdEntries([...entries, { account: 'a', amount: 1n }]))).toEqual({
    code: 'parameter_invalid',
    param: 'entries[2][account_id]',
  })
})

test('a hold expires within a leap year', () => expect(expiryMaxSeconds).toBe(31_622_400))

for (const [expiry, want] of [
  [null, null],
  [{ inSeconds: 5 }, fromUnixSeconds(1_005)],
  [{ at: addMs(now, 1) }, addMs(now, 1)],
  [{ at: now }, 'parameter_invalid'],
  [{ at: addMs(now, expiryMaxSeconds * 1_000) }, addMs(now, expiryMaxSeconds * 1_000)],
  [{ at: addMs(now, expiryMaxSeconds * 1_000 + 1) }, 'parameter_invalid'],
] as const)
  test(`a hold made at second 1000 with ${JSON.stringify(expiry)} expires ${JSON.stringify(want)}`, () => {
    if (want === 'parameter_invalid')
      expect(refusal(() => expiresAtOf(expiry, now))).toEqual({ code: want, param: 'expires_at' })
    else expect(expiresAtOf(expiry, now)).toEqual(want)
  })

describe('a reversal', () => {
  const original = (rest: Partial<StoredTransaction>, reversedBy: string | null = null) =>
    parent({ transaction: transaction(rest), status: null, reversedBy })
  const entries = transaction().entries.map((entry) => ({ ...entry, layer: 'posted' as const }))
  for (const [name, of, want] of [
    ['a post', original({ kind: 'post', entries }), 'done'],
    ['a capture', original({ kind: 'capture', entries }), 'done'],
    ['a hold', original({ kind: 'hold' }), 'transaction_not_reversible'],
    ['a release', original({ kind: 'release' }), 'transaction_not_reversible'],
    ['an expiry', original({ kind: 'expire' }), 'transaction_not_reversible'],
    ['a reversal', original({ kind: 'reversal', entries }), 'transaction_not_reversible'],
    ["Micro's own", original({ kind: 'post', entries, reference: 'micro:1' }), 'transaction_not_reversible'],
    ['what was reversed', original({ kind: 'post', entries }, 'ltx_2'), 'transaction_already_reversed'],
  ] as const)
    test(`of ${name} gives ${want}`, () => {
      const reversal = of.reversedBy === null ? {} : { reversal: of.reversedBy }
      const refused = { code: want, param: 'id', transaction: 'ltx_1', ...reversal }
      expect(refusal(() => reversalEntries(of))).toEqual(want === 'done' ? want : refused)
    })
  test('is the opposite of what was posted, and of nothing that was taken back', () =>
    expect(reversalEntries(original({ kind: 'capture', entries: [...entries, ...transaction().entries] }))).toEqual([
      { account: 'a', amount: 50n },
      { account: 'b', amount: -50n },
    ]))
})
