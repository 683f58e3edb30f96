import { Fault } from '@micro/kernel'
import { describe, expect, test } from 'vitest'
import { checkConditions, checkLimits } from './limits.ts'
import type { AccountState } from './state.ts'

const params = { account: (at: number) => `account ${at}`, amount: (at: number) => `amount ${at}` }

/** A liability with 50, of which 8 are held to go out and 5 to come in. */
const state: AccountState = {
  account: 1n,
  currency: 'usd',
  type: 'liability',
  status: 'active',
  minAvailable: 10n,
  maxBalance: 60n,
  credits: 70n,
  debits: 20n,
  pendingCredits: 5n,
  pendingDebits: 8n,
  version: 4n,
}
const faultOf = (judge: () => void): unknown => {
  try {
    judge()
  } catch (error) {
    if (error instanceof Fault) return { code: error.code, ...error.detail }
    throw error
  }
  return 'nothing'
}
const other: AccountState = { ...state, account: 2n, minAvailable: null, maxBalance: null }

describe('a limit tells what is there and what it would take', () => {
  const limits = (amount: bigint) => () =>
    checkLimits(
      [
        { account: 'b', amount: -amount },
        { account: 'a', amount },
      ],
      [other, state],
      params,
    )
  for (const [name, amount, want] of [
    ['taking all that may be taken is allowed', -32n, 'nothing'],
    [
      'taking one more is not',
      -33n,
      { code: 'insufficient_funds', param: 'account 1', account: 'a', available: '42', required: '43' },
    ],
    ['adding all that has room, held and all, is allowed', 5n, 'nothing'],
    [
      'adding one more is not',
      6n,
      {
        code: 'limit_exceeded',
        param: 'account 1',
        account: 'a',
        balance: 61n,
        counting: ', holds counted',
        limit: 60n,
      },
    ],
  ] as const)
    test(name, () => expect(faultOf(limits(amount))).toEqual(want))
})

describe('a condition tells what it asked and what it would have found', () => {
  const none = { availableMin: undefined, availableMax: undefined, version: undefined }
  const conditions = (condition: object) => () =>
    checkConditions(
      [
        { account: 'b', amount: 2n },
        { account: 'a', amount: -2n, condition: { ...none, ...condition } },
      ],
      [other, state],
    )
  const failed = (bound: string, required: number) => ({
    code: 'condition_failed',
    param: `entries[1][condition][available][${bound}]`,
    account: 'a',
    available: '40',
    required: String(required),
    asked: `${bound} ${required}`,
  })
  for (const [name, condition, want] of [
    ['just enough is left', { availableMin: 40n, availableMax: 40n, version: 4n }, 'nothing'],
    ['one too few is left', { availableMin: 41n }, failed('gte', 41)],
    ['one too many is left', { availableMax: 39n }, failed('lte', 39)],
    [
      'somebody was there before',
      { version: 3n },
      { code: 'version_conflict', param: 'entries[1][condition][version]', account: 'a', version: 4n, expected: 3n },
    ],
  ] as const)
    test(name, () => expect(faultOf(conditions(condition))).toEqual(want))
})
