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
    expect(outcome(() => followHold(hold, command, run(hold, command, at)))).toBe(want)
    expect(hold.status).toBe(becomes)
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
    [30n, 31n, 'hold_exceeded'],
  ] as const)
    test(`of ${asked} of a hold of ${held} gives ${want}`, () =>
      expect(outcome(() => captureEntries(parent({ remaining: left(held) }), { ...all, amount: asked }, now))).toBe(
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
    [capturesMax, 'hold_captures_too_many'],
  ] as const)
    test(`after ${captures} others gives ${want}`, () =>
      expect(outcome(() => run(parent({ captures }), 'capture', now))).toBe(want))
})

test('a hold names each account once', () => {
  const entries = [
    { account: 'a', amount: -2n },
    { account: 'b', amount: 2n },
  ]
  expect(holdEntries(entries)).toEqual(entries.map((entry) => ({ ...entry, layer: 'pending' })))
  expect(outcome(() => holdEntries([...entries, { account: 'a', amount: 1n }]))).toBe('parameter_invalid')
})

for (const [expiry, want] of [
  [null, null],
  [{ inSeconds: 5 }, fromUnixSeconds(1_005)],
  [{ at: addMs(now, 1) }, addMs(now, 1)],
  [{ at: now }, 'parameter_invalid'],
  [{ at: addMs(now, expiryMaxSeconds * 1_000) }, addMs(now, expiryMaxSeconds * 1_000)],
  [{ at: addMs(now, expiryMaxSeconds * 1_000 + 1) }, 'parameter_invalid'],
] as const)
  test(`a hold made at second 1000 with ${JSON.stringify(expiry)} expires ${JSON.stringify(want)}`, () => {
    if (want === 'parameter_invalid') expect(outcome(() => expiresAtOf(expiry, now))).toBe(want)
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
    test(`of ${name} gives ${want}`, () => expect(outcome(() => reversalEntries(of))).toBe(want))
  test('is the opposite of what was posted, and of nothing that was taken back', () =>
    expect(reversalEntries(original({ kind: 'capture', entries: [...entries, ...transaction().entries] }))).toEqual([
      { account: 'a', amount: 50n },
      { account: 'b', amount: -50n },
    ]))
})
