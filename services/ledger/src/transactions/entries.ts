import type { NewEntry } from '@micro/contracts'
import { amountMax, Fault, parseInteger } from '@micro/kernel'

/** One line of a transaction: credit +, debit −, never 0. The direction is the sign, so the two cannot disagree. */
export interface Entry {
  readonly account: string
  readonly amount: bigint
}

export const accountParam = (at: number): string => `entries[${at}][account_id]`
export const amountParam = (at: number): string => `entries[${at}][amount]`

const parseAmount = (given: number | string, param: string): bigint => {
  // A number past 2^53 − 1 has been rounded already, by whoever made it a number.
  const amount = typeof given === 'number' && !Number.isSafeInteger(given) ? undefined : parseInteger(String(given))
  if (amount === undefined)
    throw new Fault('parameter_invalid', { param, reason: `must be a whole number of minor units, got ${given}` })
  if (amount > amountMax || amount < -amountMax) throw new Fault('sum_out_of_range', { param })
  if (amount === 0n) throw new Fault('entry_zero', { param })
  return amount
}

/**
 * Brings the two accepted forms to one. Signed, when any amount is negative or any direction is missing: the sign
 * decides, and a direction given beside it must say the same. Unsigned otherwise: the direction decides.
 * @throws Fault entries_too_few, parameter_invalid, sum_out_of_range, entry_zero, sign_direction_conflict
 */
export const normaliseEntries = (given: readonly NewEntry[]): Entry[] => {
  if (given.length < 2) throw new Fault('entries_too_few', { param: 'entries' })
  const amounts = given.map((entry, at) => parseAmount(entry.amount, amountParam(at)))
  if (given.every((entry) => entry.account_id === given[0]?.account_id)) {
    throw new Fault('parameter_invalid', {
      param: accountParam(1),
      reason: 'all entries are on one account, so nothing would move',
    })
  }
  const signed = amounts.some((amount) => amount < 0n) || given.some((entry) => entry.direction === undefined)
  return given.map(({ account_id: account, direction }, at) => {
    const amount = amounts[at] ?? 0n
    if (!signed) return { account, amount: direction === 'credit' ? amount : -amount }
    if (direction !== undefined && direction !== directionOf(amount)) {
      throw new Fault('sign_direction_conflict', { param: `entries[${at}]`, amount, direction })
    }
    return { account, amount }
  })
}

export const directionOf = (amount: bigint): 'credit' | 'debit' => (amount > 0n ? 'credit' : 'debit')
