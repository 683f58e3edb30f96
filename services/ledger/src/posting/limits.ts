import { assert, Fault } from '@micro/kernel'
import { countingOf, normalBalanceOf, standingOf, type Sums } from '../accounts/account.ts'
import { conditionParam, type PlannedEntry } from '../transactions/entries.ts'
import type { Params } from './plan.ts'
import type { AccountState } from './state.ts'

/** Moves an account's sums by one entry. */
export const addEntry = (sums: Sums, { amount, layer, takesBack }: PlannedEntry): void => {
  if (layer !== 'pending') {
    if (amount > 0n) sums.credits += amount
    else sums.debits -= amount
    return
  }
  // Taking back lowers the side that the hold had lifted, whose sign is the other one.
  if (amount > 0n === (takesBack !== true)) sums.pendingCredits += amount
  else sums.pendingDebits -= amount
}

/** What the entries leave of one of their accounts. */
const sumsAfter = (
  state: AccountState,
  entries: readonly PlannedEntry[],
  states: readonly AccountState[],
): Readonly<Sums> => {
  const { credits, debits, pendingCredits, pendingDebits } = state
  const sums = { credits, debits, pendingCredits, pendingDebits }
  for (const [at, each] of states.entries()) {
    const entry = entries[at]
    assert(entry !== undefined, `account ${at} has no entry`)
    if (each === state) addEntry(sums, entry)
  }
  return sums
}

/**
 * Judges what the transaction as a whole leaves on each account, whatever becomes of what is held on it.
 * @throws Fault insufficient_funds, limit_exceeded
 */
export const checkLimits = (
  entries: readonly PlannedEntry[],
  states: readonly AccountState[],
  params: Params,
): void => {
  for (const [at, state] of states.entries()) {
    const { minAvailable, maxBalance } = state
    if (minAvailable === null && maxBalance === null) continue
    const [account, param] = [entries[at]?.account, params.account(at)]
    const side = normalBalanceOf(state.type)
    const { available: before } = standingOf(state, side)
    const { available: after, balance, pendingIn } = standingOf(sumsAfter(state, entries, states), side)
    if (minAvailable !== null && after < minAvailable) {
      const detail = { available: String(before), required: String(before - after + minAvailable) }
      throw new Fault('insufficient_funds', { param, account, ...detail })
    }
    if (maxBalance !== null && balance + pendingIn > maxBalance) {
      const detail = { balance: balance + pendingIn, counting: countingOf(pendingIn), limit: maxBalance }
      throw new Fault('limit_exceeded', { param, account, ...detail })
    }
  }
}

/** @throws Fault version_conflict, condition_failed */
export const checkConditions = (entries: readonly PlannedEntry[], states: readonly AccountState[]): void => {
  for (const [at, { account, condition }] of entries.entries()) {
    const state = states[at]
    if (condition === undefined || state === undefined) continue
    const { availableMin, availableMax, version } = condition
    if (version !== undefined && version !== state.version) {
      const detail = { account, version: state.version, expected: version }
      throw new Fault('version_conflict', { param: `${conditionParam(at)}[version]`, ...detail })
    }
    const { available } = standingOf(sumsAfter(state, entries, states), normalBalanceOf(state.type))
    const judge = (holds: boolean, bound: 'gte' | 'lte', required: bigint): void => {
      if (holds) return
      const detail = {
        account,
        available: String(available),
        required: String(required),
        asked: `${bound} ${required}`,
      }
      throw new Fault('condition_failed', { param: `${conditionParam(at)}[available][${bound}]`, ...detail })
    }
    if (availableMin !== undefined) judge(available >= availableMin, 'gte', availableMin)
    if (availableMax !== undefined) judge(available <= availableMax, 'lte', availableMax)
  }
}
