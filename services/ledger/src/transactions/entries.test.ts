import type { NewEntry } from '@micro/contracts'
import { amountMax, Fault } from '@micro/kernel'
import { describe, expect, test } from 'vitest'
import { normaliseEntries } from './entries.ts'

type Line = readonly [account: string, amount: number | string, direction?: 'debit' | 'credit']

const entries = (lines: readonly Line[]): NewEntry[] =>
  lines.map(([account_id, amount, direction]) => ({ account_id, amount, ...(direction === undefined ? {} : { direction }) }))

const outcome = (lines: readonly Line[]) => {
  try {
    return normaliseEntries(entries(lines)).map(({ account, amount }) => [account, amount])
  } catch (error) {
    if (error instanceof Fault) return [error.code, error.detail['param']]
    throw error
  }
}

describe('what is accepted becomes signed: credit +, debit −', () => {
  for (const [name, given, want] of [
    ['the README, signs and directions agreeing', [['r', 100, 'credit'], ['a', -100, 'debit']], [['r', 100n], ['a', -100n]]],
    ['signs alone', [['r', 100], ['a', -100]], [['r', 100n], ['a', -100n]]],
    ['directions alone', [['r', 100, 'credit'], ['a', 100, 'debit']], [['r', 100n], ['a', -100n]]],
    ['digits as text', [['r', '100', 'credit'], ['a', '100', 'debit']], [['r', 100n], ['a', -100n]]],
    ['one direction missing makes all of it signed', [['r', 100, 'credit'], ['a', 100]], [['r', 100n], ['a', 100n]]],
    ['several legs on one account', [['r', 60], ['r', 40], ['a', -100]], [['r', 60n], ['r', 40n], ['a', -100n]]],
    ['2^53 and more, exactly', [['r', '9007199254740993'], ['a', '-9007199254740993']], [['r', 9007199254740993n], ['a', -9007199254740993n]]],
    ['the largest amount', [['r', String(amountMax)], ['a', `-${amountMax}`]], [['r', amountMax], ['a', -amountMax]]],
  ] as const satisfies readonly (readonly [string, readonly Line[], unknown])[]) {
    test(name, () => expect(outcome(given)).toEqual(want))
  }
})

describe('what is refused names what and where', () => {
  for (const [name, given, want] of [
    ['one entry', [['r', 100]], ['entries_too_few', 'entries']],
    ['zero', [['r', 0], ['a', -100]], ['entry_zero', 'entries[0][amount]']],
    ['zero as text', [['r', 100], ['a', '0']], ['entry_zero', 'entries[1][amount]']],
    ['minus zero', [['r', 100], ['a', -0]], ['entry_zero', 'entries[1][amount]']],
    ['a negative credit', [['r', -100, 'credit'], ['a', 100]], ['sign_direction_conflict', 'entries[0]']],
    ['a positive debit among signed ones', [['r', 100, 'credit'], ['a', 5, 'debit'], ['a', -105]], ['sign_direction_conflict', 'entries[1]']],
    ['both debit with opposite signs', [['r', 5, 'debit'], ['a', -5, 'debit']], ['sign_direction_conflict', 'entries[0]']],
    ['one account on both sides', [['a', 100], ['a', -100]], ['parameter_invalid', 'entries[1][account_id]']],
    ['an amount over the largest', [['r', '1000000000000000000000000000001'], ['a', -1]], ['sum_out_of_range', 'entries[0][amount]']],
    ['an amount under the smallest', [['r', 1], ['a', '-1000000000000000000000000000001']], ['sum_out_of_range', 'entries[1][amount]']],
    ['a number that was rounded', [['r', 2 ** 53], ['a', -1]], ['parameter_invalid', 'entries[0][amount]']],
    ['a fraction', [['r', 10.5], ['a', -10.5]], ['parameter_invalid', 'entries[0][amount]']],
  ] as const satisfies readonly (readonly [string, readonly Line[], unknown])[]) {
    test(name, () => expect(outcome(given)).toEqual(want))
  }
})
