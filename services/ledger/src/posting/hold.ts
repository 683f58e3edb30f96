import type { HoldStatus } from '@micro/contracts'
import { addMs, assert, Fault, type FaultCode } from '@micro/kernel'
import { accountParam, amountParam, type AskedEntry, type PlannedEntry } from '../transactions/entries.ts'
import { holdIdOf } from '../transactions/transaction.ts'
import type { Action, Expiry } from './action.ts'
import type { ParentState } from './parent.ts'

export type HoldCommand = 'capture' | 'release' | 'expire'
type Capture = Extract<Action, { kind: 'capture' }>

/** Why a command is refused in a status; null where it may go on. */
export const holdRefusals = {
  open: { capture: null, release: null, expire: null },
  captured: { capture: 'hold_captured', release: 'hold_captured', expire: 'hold_captured' },
  released: { capture: 'hold_released', release: 'hold_released', expire: 'hold_released' },
  expired: { capture: 'hold_expired', release: 'hold_expired', expire: 'hold_expired' },
} as const satisfies Record<HoldStatus, Record<HoldCommand, FaultCode | null>>

const endings = { capture: 'captured', release: 'released', expire: 'expired' } as const satisfies Record<
  HoldCommand,
  HoldStatus
>

/** Each capture is one more transaction to add up, whenever the hold is looked at. */
export const capturesMax = 100
/** Seconds until a hold expires. */
export const expiryMaxSeconds = 366 * 24 * 60 * 60

/** When the hold expires. @throws Fault parameter_invalid */
export const expiresAtOf = (expiry: Expiry | null, createdAt: Date): Date | null => {
  if (expiry === null) return null
  if ('inSeconds' in expiry) return addMs(createdAt, expiry.inSeconds * 1_000)
  const { at } = expiry
  const refuse = (reason: string) => new Fault('parameter_invalid', { param: 'expires_at', reason })
  if (at <= createdAt) throw refuse('must be in the future')
  if (at > addMs(createdAt, expiryMaxSeconds * 1_000)) throw refuse('must be within 366 days')
  return at
}

/** The entries of a hold. Each account stands in it once, so that what is left on it is one sum. @throws Fault parameter_invalid */
export const holdEntries = (asked: readonly AskedEntry[]): PlannedEntry[] => {
  const seen = new Set<string>()
  for (const [at, { account }] of asked.entries()) {
    if (seen.has(account))
      throw new Fault('parameter_invalid', { param: accountParam(at), reason: 'is in the hold already' })
    seen.add(account)
  }
  return asked.map((entry) => ({ ...entry, layer: 'pending' }))
}

const statusOf = ({ status, transaction }: ParentState): HoldStatus => {
  assert(status !== null, `transaction ${transaction.id} is no hold`)
  return status
}

const checkOpen = (hold: ParentState, command: HoldCommand): void => {
  const refused = holdRefusals[statusOf(hold)][command]
  if (refused !== null) throw new Fault(refused, { hold: holdIdOf(hold.transaction.id) })
}

const takeBack = (account: string, amount: bigint): PlannedEntry => ({
  account,
  amount: -amount,
  layer: 'pending',
  takesBack: true,
})

const takeBackAll = ({ remaining }: ParentState): PlannedEntry[] =>
  [...remaining].flatMap(([account, amount]) => (amount === 0n ? [] : [takeBack(account, amount)]))

/** All that is left, given back. @throws Fault hold_captured, hold_released, hold_expired */
export const releaseEntries = (hold: ParentState, command: 'release' | 'expire', now: Date): PlannedEntry[] => {
  checkOpen(hold, command)
  const { id, expiresAt } = hold.transaction
  assert(command === 'release' || (expiresAt !== null && expiresAt <= now), `hold ${id} is not due`)
  return takeBackAll(hold)
}

const magnitude = (amount: bigint): bigint => (amount < 0n ? -amount : amount)

const exceeded = (param: string, account: string, hold: ParentState, of: { left: bigint; asked: bigint }): Fault =>
  new Fault('hold_exceeded', {
    param,
    hold: holdIdOf(hold.transaction.id),
    account,
    remaining: String(magnitude(of.left)),
    required: String(magnitude(of.asked)),
  })

/** An amount of a hold with two entries: they are each other's opposite. */
const entriesOfAmount = (hold: ParentState, amount: bigint): AskedEntry[] => {
  if (hold.remaining.size !== 2) {
    const reason = 'says enough only for a hold of two entries; give entries instead'
    throw new Fault('parameter_invalid', { param: 'amount', reason })
  }
  return [...hold.remaining].map(([account, left]) => {
    if (amount > magnitude(left)) throw exceeded('amount', account, hold, { left, asked: amount })
    return { account, amount: left < 0n ? -amount : amount }
  })
}

const checkWithin = (hold: ParentState, asked: readonly AskedEntry[]): void => {
  const seen = new Set<string>()
  for (const [at, { account, amount }] of asked.entries()) {
    const left = hold.remaining.get(account)
    const held = hold.transaction.entries.find((each) => each.account === account)?.amount
    const refuse = (param: string, reason: string) => new Fault('parameter_invalid', { param, reason })
    if (left === undefined || held === undefined) throw refuse(accountParam(at), 'is not in the hold')
    if (seen.has(account)) throw refuse(accountParam(at), 'is in the capture already')
    seen.add(account)
    if (amount > 0n !== held > 0n)
      throw refuse(amountParam(at), `must be a ${held > 0n ? 'credit' : 'debit'}, as in the hold`)
    if (magnitude(amount) > magnitude(left)) throw exceeded(amountParam(at), account, hold, { left, asked: amount })
  }
}

const askedOf = (hold: ParentState, asked: readonly AskedEntry[], amount: bigint | null): readonly AskedEntry[] => {
  if (amount !== null) return entriesOfAmount(hold, amount)
  if (asked.length === 0)
    return [...hold.remaining].flatMap(([account, left]) => (left === 0n ? [] : [{ account, amount: left }]))
  checkWithin(hold, asked)
  return asked
}

/**
 * What is captured, posted, followed by what is taken back for it.
 * @throws Fault hold_captured, hold_released, hold_expired, hold_captures_too_many, hold_exceeded, parameter_invalid
 */
export const captureEntries = (
  hold: ParentState,
  { asked, amount, final }: { asked: readonly AskedEntry[] } & Pick<Capture, 'amount' | 'final'>,
  now: Date,
): PlannedEntry[] => {
  checkOpen(hold, 'capture')
  const { id, expiresAt } = hold.transaction
  // Due is expired, whether or not it has been given back yet.
  if (expiresAt !== null && expiresAt <= now) throw new Fault('hold_expired', { hold: holdIdOf(id) })
  if (hold.captures >= capturesMax)
    throw new Fault('hold_captures_too_many', { hold: holdIdOf(id), limit: capturesMax })
  const posted = askedOf(hold, asked, amount)
  return [...posted, ...(final ? takeBackAll(hold) : posted.map((entry) => takeBack(entry.account, entry.amount)))]
}

/** Moves the hold's state on by what was decided. */
export const followHold = (hold: ParentState, command: HoldCommand, entries: readonly PlannedEntry[]): void => {
  for (const { account, amount, takesBack } of entries)
    if (takesBack === true) hold.remaining.set(account, (hold.remaining.get(account) ?? 0n) + amount)
  if (command === 'capture') hold.captures++
  if ([...hold.remaining.values()].every((left) => left === 0n)) hold.status = endings[command]
}
