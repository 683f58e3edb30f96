import type { AccountStatus } from '@micro/contracts'
import { Fault } from '@micro/kernel'
import { previousAttributes, type EmittedEvent } from '@micro/service'
import { accountToWire, countingOf, standingOf, type Account, type Limits, type Standing } from './account.ts'

/** What of an account can change; what is undefined stays. */
export interface AccountChange {
  readonly name: string | undefined
  readonly status: AccountStatus | undefined
  readonly minAvailable: bigint | null | undefined
  readonly maxBalance: bigint | null | undefined
  /** Added to what there is; an empty value removes its key. */
  readonly metadata: Readonly<Record<string, string>> | undefined
  /** How many entries the account must have for the change to be made. */
  readonly ifVersion: bigint | undefined
}

/** Stripe's bound on the keys of an object's metadata. */
const metadataKeysMax = 50

const mergeMetadata = (
  before: Readonly<Record<string, string>>,
  change: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> => {
  const kept = Object.entries({ ...before, ...change }).filter(([key, value]) => value !== '' || !(key in change))
  if (kept.length > metadataKeysMax)
    throw new Fault('parameter_invalid', { param: 'metadata', reason: `has more than ${metadataKeysMax} keys in all` })
  return Object.fromEntries(kept)
}

/** @throws Fault parameter_invalid, limit_refused when the balance is beyond a limit already */
export const checkLimitsHold = (
  { minAvailable, maxBalance }: Limits,
  id: string,
  { available, balance, pendingIn }: Pick<Standing, 'available' | 'balance' | 'pendingIn'>,
): void => {
  const beyond = (counted: bigint, held: bigint) => ({ account: id, balance: counted, counting: countingOf(held) })
  if (minAvailable !== null && maxBalance !== null && minAvailable > maxBalance)
    throw new Fault('parameter_invalid', { param: 'max_balance', reason: `must not be below min_available` })
  if (minAvailable !== null && available < minAvailable)
    throw new Fault('limit_refused', { param: 'min_available', ...beyond(available, balance - available) })
  if (maxBalance !== null && balance + pendingIn > maxBalance)
    throw new Fault('limit_refused', { param: 'max_balance', ...beyond(balance + pendingIn, pendingIn) })
}

/**
 * The account as the change leaves it.
 * @throws Fault account_reserved, version_conflict, account_closed, account_not_empty, limit_refused, parameter_invalid
 */
export const changeAccount = (account: Account, change: AccountChange): Account => {
  const { id, version } = account
  if (account.system) throw new Fault('account_reserved', { param: 'id', account: id })
  if (change.ifVersion !== undefined && change.ifVersion !== version)
    throw new Fault('version_conflict', { param: 'if_version', account: id, version, expected: change.ifVersion })
  const changed: Account = {
    ...account,
    name: change.name ?? account.name,
    status: change.status ?? account.status,
    minAvailable: change.minAvailable === undefined ? account.minAvailable : change.minAvailable,
    maxBalance: change.maxBalance === undefined ? account.maxBalance : change.maxBalance,
    metadata: mergeMetadata(account.metadata, change.metadata ?? {}),
  }
  const standing = standingOf(account, account.normalBalance)
  const { balance, pendingIn, pendingOut } = standing
  if (account.status === 'closed' && changed.status !== 'closed')
    throw new Fault('account_closed', { param: 'status', account: id })
  if (changed.status === 'closed' && (balance !== 0n || pendingIn !== 0n || pendingOut !== 0n))
    throw new Fault('account_not_empty', { account: id, balance, held: pendingIn + pendingOut })
  checkLimitsHold(changed, id, standing)
  return changed
}

/** What is to be told of a change; undefined when nothing became another. */
export const changeEventOf = (account: Account, changed: Account): EmittedEvent | undefined => {
  const [before, object] = [accountToWire(account), accountToWire(changed)]
  const type =
    before.status === object.status || object.status === 'active'
      ? ('ledger.account.updated' as const)
      : (`ledger.account.${object.status}` as const)
  return Object.keys(previousAttributes(before, object)).length === 0 ? undefined : { type, object, before }
}
