import { Direction, type NewEntry } from '@micro/contracts'
import { amountMax, Fault } from '@micro/kernel'
import { Check } from 'typebox/value'
import { describe, expect, test } from 'vitest'
import { normaliseEntries } from './entries.ts'

/** `r 100 credit, a '100' debit`: account, amount (a number, or text in quotes), direction if any. */
const entries = (text: string): NewEntry[] =>
  text.split(', ').map((line) => {
    const [account_id = '', amount = '', direction] = line.split(' ')
    const parsed = amount.startsWith("'") ? amount.replaceAll("'", '') : Number(amount)
    return { account_id, amount: parsed, ...(Check(Direction, direction) ? { direction } : {}) }
  })

const outcome = (text: string): string => {
  try {
    return normaliseEntries(entries(text))
      .map(({ account, amount }) => `${account} ${amount}`)
      .join(', ')
  } catch (error) {
    if (error instanceof Fault) return `${error.code} ${String(error.detail['param'])}`
    throw error
  }
}

describe('what is accepted becomes signed: credit +, debit −', () => {
  for (const [name, given, want] of [
    ['the README, signs and directions agreeing', 'r 100 credit, a -100 debit', 'r 100, a -100'],
    ['signs alone', 'r 100, a -100', 'r 100, a -100'],
    ['directions alone', 'r 100 credit, a 100 debit', 'r 100, a -100'],
    ['digits as text', "r '100' credit, a '100' debit", 'r 100, a -100'],
    ['one direction missing makes all of it signed', 'r 100 credit, a 100', 'r 100, a 100'],
    ['several legs on one account', 'r 60, r 40, a -100', 'r 60, r 40, a -100'],
    ['2^53 + 1', "r '9007199254740993', a '-9007199254740993'", 'r 9007199254740993, a -9007199254740993'],
    ['the largest amount', `r '${amountMax}', a '-${amountMax}'`, `r ${amountMax}, a -${amountMax}`],
  ] as const) {
    test(name, () => expect(outcome(given)).toBe(want))
  }
})

describe('what is refused names what and where', () => {
  for (const [name, given, want] of [
    ['one entry', 'r 100', 'entries_too_few entries'],
    ['zero', 'r 0, a -100', 'entry_zero entries[0][amount]'],
    ['zero as text', "r 100, a '0'", 'entry_zero entries[1][amount]'],
    ['minus zero', 'r 100, a -0', 'entry_zero entries[1][amount]'],
    ['a negative credit', 'r -100 credit, a 100', 'sign_direction_conflict entries[0]'],
    ['a positive debit among signed ones', 'r 9 credit, a 5 debit, a -14', 'sign_direction_conflict entries[1]'],
    ['both debit with opposite signs', 'r 5 debit, a -5 debit', 'sign_direction_conflict entries[0]'],
    ['one account on both sides', 'a 100, a -100', 'parameter_invalid entries[1][account_id]'],
    ['an amount over the largest', `r '${amountMax + 1n}', a -1`, 'sum_out_of_range entries[0][amount]'],
    ['an amount under the smallest', `r 1, a '-${amountMax + 1n}'`, 'sum_out_of_range entries[1][amount]'],
    ['a number that was rounded', 'r 9007199254740992, a -1', 'parameter_invalid entries[0][amount]'],
    ['a fraction', 'r 10.5, a -10.5', 'parameter_invalid entries[0][amount]'],
  ] as const) {
    test(name, () => expect(outcome(given)).toBe(want))
  }
})
