import type { HoldStatus, LedgerHold } from '@micro/contracts'
import { assert, Fault, fromUnixSeconds, unixSeconds } from '@micro/kernel'
import { twins } from '../assets/amount.ts'
import { directionOf } from '../transactions/entries.ts'
import { holdIdOf, type Transaction } from '../transactions/transaction.ts'

/** What became of a hold. */
export interface HoldFacts {
  readonly status: HoldStatus
  /** Of each of its entries, in order, signed as the hold has it. */
  readonly captured: readonly bigint[]
  readonly remaining: readonly bigint[]
  /** Ids of the transactions that captured it or gave it back, oldest first. */
  readonly transactions: readonly string[]
}

/** Why nothing follows on a hold any more; undefined while something may. One that is due has ended. */
export const endingOf = ({ id, status, expires_at }: LedgerHold, now: Date): Fault | undefined => {
  if (status === 'captured' || status === 'released' || status === 'expired')
    return new Fault(`hold_${status}`, { hold: id })
  const isDue = expires_at !== null && fromUnixSeconds(expires_at) <= now
  return isDue ? new Fault('hold_expired', { hold: id }) : undefined
}

export const holdToWire = (transaction: Transaction, facts: HoldFacts): LedgerHold => ({
  id: holdIdOf(transaction.id),
  object: 'ledger.hold',
  transaction: transaction.id,
  reference_id: transaction.reference,
  description: transaction.description,
  currency: transaction.currency,
  status: facts.status,
  entries: transaction.entries.map(({ account, currency, amount }, at) => {
    const [captured, remaining] = [facts.captured[at], facts.remaining[at]]
    assert(
      captured !== undefined && remaining !== undefined,
      `hold ${transaction.id} lacks what is left of entry ${at}`,
    )
    return {
      account_id: account,
      currency,
      direction: directionOf(amount),
      ...twins('amount', amount),
      ...twins('captured', captured),
      ...twins('remaining', remaining),
    }
  }),
  transactions: [...facts.transactions],
  expires_at: transaction.expiresAt === null ? null : unixSeconds(transaction.expiresAt),
  metadata: { ...transaction.metadata },
  livemode: transaction.mode === 'live',
  created: unixSeconds(transaction.createdAt),
})

/** A hold as it would be made. */
export const plannedHoldToWire = (transaction: Transaction): LedgerHold => ({
  ...holdToWire(transaction, {
    status: 'open',
    captured: transaction.entries.map(() => 0n),
    remaining: transaction.entries.map(({ amount }) => amount),
    transactions: [],
  }),
  status: 'dry_run',
})
