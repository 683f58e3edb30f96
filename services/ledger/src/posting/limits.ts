import { Fault } from '@micro/kernel'
import { normalBalanceOf, onNormalSide } from '../accounts/account.ts'
import { accountParam, conditionParam, type AskedEntry, type Entry } from '../transactions/entries.ts'
import type { AccountState } from './state.ts'

/** What the entries move on one of their accounts in all, on its normal side. */
const movedOn = (state: AccountState, entries: readonly Entry[], states: readonly AccountState[]): bigint => {
  const moved = entries.reduce((sum, { amount }, at) => (states[at] === state ? sum + amount : sum), 0n)
  return onNormalSide(moved, normalBalanceOf(state.type))
}

const balanceOf = ({ credits, debits, type }: AccountState): bigint =>
  onNormalSide(credits - debits, normalBalanceOf(type))

/**
 * Judges what the transaction as a whole leaves on each account.
 * @throws Fault insufficient_funds, limit_exceeded
 */
export const checkLimits = (entries: readonly Entry[], states: readonly AccountState[]): void => {
  for (const [at, state] of states.entries()) {
    const { minAvailable, maxBalance } = state
    if (minAvailable === null && maxBalance === null) continue
    const [account, param] = [entries[at]?.account, accountParam(at)]
    const before = balanceOf(state)
    const after = before + movedOn(state, entries, states)
    if (minAvailable !== null && after < minAvailable) {
      const detail = { available: String(before), required: String(before - after + minAvailable) }
      throw new Fault('insufficient_funds', { param, account, ...detail })
    }
    if (maxBalance !== null && after > maxBalance)
      throw new Fault('limit_exceeded', { param, account, balance: after, limit: maxBalance })
  }
}

/** @throws Fault version_conflict, condition_failed */
export const checkConditions = (entries: readonly AskedEntry[], states: readonly AccountState[]): void => {
  for (const [at, { account, condition }] of entries.entries()) {
    const state = states[at]
    if (condition === undefined || state === undefined) continue
    const { availableMin, availableMax, version } = condition
    if (version !== undefined && version !== state.version) {
      const detail = { account, version: state.version, expected: version }
      throw new Fault('version_conflict', { param: `${conditionParam(at)}[version]`, ...detail })
    }
    const available = balanceOf(state) + movedOn(state, entries, states)
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
