import type { AuditAction, ManagedUser } from '@micro/contracts'
import { Fault, unixSeconds } from '@micro/kernel'
import { userToWire, type UserRow } from '../users/user.ts'

export interface UserChange {
  readonly disabled?: boolean
  readonly operator?: boolean
}

export interface UserDecision {
  readonly operator: boolean
  readonly disabled_at: Date | null
  /** What it comes to, in the words of the audit log; empty when all of it was so already. */
  readonly actions: readonly AuditAction[]
}

/**
 * What an operator's change makes of a user. `others`: how many operators there are who can log in, besides this user.
 * @throws Fault disable_self_refused, operator_last
 */
export const decideUserChange = (
  user: Pick<UserRow, 'id' | 'operator' | 'disabled_at'>,
  change: UserChange,
  { actor, others, now }: { actor: string; others: bigint; now: Date },
): UserDecision => {
  if (change.disabled === true && user.id === actor) throw new Fault('disable_self_refused', { param: 'disabled' })
  const was = { operator: user.operator, disabled: user.disabled_at !== null }
  const will = { operator: change.operator ?? was.operator, disabled: change.disabled ?? was.disabled }
  const leaves = was.operator && !was.disabled && (!will.operator || will.disabled)
  if (leaves && others === 0n) throw new Fault('operator_last')
  const actions: AuditAction[] = []
  if (will.disabled !== was.disabled) actions.push(will.disabled ? 'user.disabled' : 'user.enabled')
  if (will.operator !== was.operator) actions.push(will.operator ? 'operator.granted' : 'operator.revoked')
  return { operator: will.operator, disabled_at: will.disabled ? (user.disabled_at ?? now) : null, actions }
}

/** `lastSeen`: when any of the sessions they hold was used; undefined where they hold none. */
export const managedUserToWire = (row: UserRow, lastSeen: Date | undefined): ManagedUser => ({
  ...userToWire(row),
  disabled: row.disabled_at === null ? null : unixSeconds(row.disabled_at),
  last_seen: lastSeen === undefined ? null : unixSeconds(lastSeen),
})
