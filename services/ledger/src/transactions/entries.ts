import type { EntryCondition, Layer, NewEntry } from '@micro/contracts'
import { amountMax, Fault } from '@micro/kernel'
import { parseUnits } from '../assets/amount.ts'

/** One line of a transaction: credit +, debit −, never 0. The direction is the sign, so the two cannot disagree. */
export interface Entry {
  readonly account: string
  readonly amount: bigint
}

/** What must hold for an entry to be recorded. */
export interface Condition {
  /** Bounds of what the account has available after the transaction, on its normal side. */
  readonly availableMin: bigint | undefined
  readonly availableMax: bigint | undefined
  /** How many entries the account had before the transaction. */
  readonly version: bigint | undefined
}

/** An entry asked for. */
export interface AskedEntry extends Entry {
  readonly condition?: Condition
}

/** An entry that is to be recorded. */
export interface PlannedEntry extends AskedEntry {
  /** `posted` unless given. */
  readonly layer?: Layer
  /** True where a pending entry takes back what a hold had set aside, and so lowers the side it was on. */
  readonly takesBack?: true
}

export const accountParam = (at: number): string => `entries[${at}][account_id]`
export const amountParam = (at: number): string => `entries[${at}][amount]`
export const conditionParam = (at: number): string => `entries[${at}][condition]`

const parseCondition = ({ available, version }: EntryCondition, param: string): Condition => {
  const bound = (name: 'gte' | 'lte'): bigint | undefined => {
    const given = available?.[name]
    return given === undefined ? undefined : parseUnits(given, `${param}[available][${name}]`)
  }
  return {
    availableMin: bound('gte'),
    availableMax: bound('lte'),
    version: version === undefined ? undefined : BigInt(version),
  }
}

const parseAmount = (given: number | string, param: string): bigint => {
  const amount = parseUnits(given, param)
  if (amount > amountMax || amount < -amountMax) throw new Fault('sum_out_of_range', { param })
  if (amount === 0n) throw new Fault('entry_zero', { param })
  return amount
}

/**
 * Brings the two accepted forms to one. Signed, when any amount is negative or any direction is missing: the sign
 * decides, and a direction given beside it must say the same. Unsigned otherwise: the direction decides.
 * @throws Fault entries_too_few, parameter_invalid, sum_out_of_range, entry_zero, sign_direction_conflict
 */
export const normaliseEntries = (given: readonly NewEntry[]): AskedEntry[] => {
  if (given.length < 2) throw new Fault('entries_too_few', { param: 'entries' })
  const amounts = given.map((entry, at) => parseAmount(entry.amount, amountParam(at)))
  if (given.every((entry) => entry.account_id === given[0]?.account_id)) {
    throw new Fault('parameter_invalid', {
      param: accountParam(1),
      reason: 'all entries are on one account, so nothing would move',
    })
  }
  const signed = amounts.some((amount) => amount < 0n) || given.some((entry) => entry.direction === undefined)
  return given.map(({ account_id: account, direction, condition }, at) => {
    const amount = amounts[at] ?? 0n
    const rest = condition === undefined ? {} : { condition: parseCondition(condition, conditionParam(at)) }
    if (!signed) return { account, amount: direction === 'credit' ? amount : -amount, ...rest }
    if (direction !== undefined && direction !== directionOf(amount)) {
      throw new Fault('sign_direction_conflict', { param: `entries[${at}]`, amount, direction })
    }
    return { account, amount, ...rest }
  })
}

export const directionOf = (amount: bigint): 'credit' | 'debit' => (amount > 0n ? 'credit' : 'debit')
