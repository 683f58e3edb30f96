import type { LedgerTransaction, Mode } from '@micro/contracts'
import { exactNumber, unixSeconds } from '@micro/kernel'
import { directionOf, type Entry } from './entries.ts'

/** A transaction as it was recorded; nothing of it ever changes. */
export interface Transaction {
  readonly id: string
  readonly mode: Mode
  /** Position in its book, from 1, without gaps. */
  readonly seq: bigint
  readonly reference: string
  readonly description: string | null
  readonly currency: string
  readonly metadata: Readonly<Record<string, string>>
  readonly entries: readonly Entry[]
  readonly createdAt: Date
}

/** With the SHA-256 of its content, by which a repeat is told from a conflict. */
export interface StoredTransaction extends Transaction {
  readonly fingerprint: Buffer
}

/** References that belong to Micro's own transactions. */
export const isSystemReference = (reference: string): boolean => reference.startsWith('micro:')

// An entry is its transaction and the place in it, so its id needs no column: both sort the same way.
const entryId = (transaction: string, at: number): string =>
  `${transaction.replace('ltx_', 'len_')}${String(at).padStart(3, '0')}`

export const transactionToWire = (transaction: Transaction): LedgerTransaction => ({
  id: transaction.id,
  object: 'ledger.transaction',
  reference_id: transaction.reference,
  description: transaction.description,
  currency: transaction.currency,
  entries: transaction.entries.map(({ account, amount }, at) => ({
    id: entryId(transaction.id, at),
    account_id: account,
    amount: exactNumber(amount),
    amount_str: String(amount),
    direction: directionOf(amount),
    value_str: String(amount < 0n ? -amount : amount),
  })),
  status: 'recorded',
  seq: Number(transaction.seq),
  metadata: { ...transaction.metadata },
  livemode: transaction.mode === 'live',
  created: unixSeconds(transaction.createdAt),
})
