import type { Direction, LedgerTransaction, Mode } from '@micro/contracts'
import { exactNumber, unixSeconds } from '@micro/kernel'
import { onNormalSide } from '../accounts/account.ts'
import type { Erasure } from '../erasures/erasure.ts'
import { directionOf, type Entry } from './entries.ts'

/** An entry as it was recorded. */
export interface RecordedEntry extends Entry {
  readonly currency: string
  readonly normalBalance: Direction
  /** Credits minus debits of the account after this entry. */
  readonly netAfter: bigint
}

/** A transaction as it was recorded; nothing of it ever changes, but that its words may be erased. */
export interface Transaction {
  readonly id: string
  readonly mode: Mode
  /** Position in its book, from 1, without gaps. */
  readonly seq: bigint
  readonly reference: string
  readonly description: string | null
  /** Null when its entries are in several. */
  readonly currency: string | null
  readonly metadata: Readonly<Record<string, string>>
  readonly entries: readonly RecordedEntry[]
  readonly createdAt: Date
  readonly effectiveAt: Date
  /** Its link in the book's chain of hashes. */
  readonly hash: Buffer
  /** Only where description and metadata were erased. */
  readonly erased?: Erasure | undefined
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

const entryToWire = (id: string, entry: RecordedEntry): LedgerTransaction['entries'][number] => {
  const balance = onNormalSide(entry.netAfter, entry.normalBalance)
  return {
    id,
    account_id: entry.account,
    currency: entry.currency,
    amount: exactNumber(entry.amount),
    amount_str: String(entry.amount),
    direction: directionOf(entry.amount),
    value_str: String(entry.amount < 0n ? -entry.amount : entry.amount),
    balance_after: exactNumber(balance),
    balance_after_str: String(balance),
  }
}

export const transactionToWire = (
  transaction: Transaction,
  { dryRun = false }: { dryRun?: boolean } = {},
): LedgerTransaction => ({
  id: transaction.id,
  object: 'ledger.transaction',
  reference_id: transaction.reference,
  description: transaction.description,
  currency: transaction.currency,
  entries: transaction.entries.map((entry, at) => entryToWire(entryId(transaction.id, at), entry)),
  status: dryRun ? 'dry_run' : 'recorded',
  seq: Number(transaction.seq),
  hash: transaction.hash.toString('hex'),
  metadata: { ...transaction.metadata },
  erased:
    transaction.erased === undefined
      ? null
      : { at: unixSeconds(transaction.erased.at), reason: transaction.erased.reason },
  livemode: transaction.mode === 'live',
  effective_at: unixSeconds(transaction.effectiveAt),
  created: unixSeconds(transaction.createdAt),
})
