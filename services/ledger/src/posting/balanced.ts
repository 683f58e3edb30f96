import { Fault } from '@micro/kernel'
import { accountParam, type Entry } from '../transactions/entries.ts'
import type { AccountState } from './state.ts'

/** The first entry in another currency, named as the one that is wrong. */
const mismatch = (entries: readonly Entry[], states: readonly AccountState[], expected: string): Fault => {
  const at = states.findIndex(({ currency }) => currency !== expected)
  const currency = states[at]?.currency
  return new Fault('currency_mismatch', {
    param: accountParam(at),
    account: entries[at]?.account,
    currency,
    expected,
  })
}

const unbalanced = (difference: bigint, currency: string): Fault =>
  new Fault('transaction_unbalanced', { param: 'entries', difference, currency })

/**
 * Each currency must sum to 0 by itself. Returns the one currency, or null when there are several. What would balance
 * if only all amounts were in one currency is told to mix currencies, which is the likelier mistake.
 * @throws Fault currency_mismatch, transaction_unbalanced
 */
export const checkBalanced = (
  entries: readonly Entry[],
  states: readonly AccountState[],
  expected: string | undefined,
): string | null => {
  const currency = expected ?? states[0]?.currency ?? ''
  let total = 0n
  for (const { amount } of entries) total += amount
  if (states.every((state) => state.currency === currency)) {
    if (total !== 0n) throw unbalanced(total, currency)
    return currency
  }
  if (expected !== undefined) throw mismatch(entries, states, expected)
  const totals = new Map<string, bigint>()
  for (const [at, state] of states.entries())
    totals.set(state.currency, (totals.get(state.currency) ?? 0n) + (entries[at]?.amount ?? 0n))
  for (const [each, difference] of totals)
    if (difference !== 0n) throw total === 0n ? mismatch(entries, states, currency) : unbalanced(difference, each)
  return null
}
