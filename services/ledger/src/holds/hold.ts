import type { HoldStatus, LedgerHold } from '@micro/contracts'
import { assert, unixSeconds } from '@micro/kernel'
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
