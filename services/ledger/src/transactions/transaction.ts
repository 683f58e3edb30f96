import type { Direction, Layer, LedgerTransaction, Mode, TransactionKind } from '@micro/contracts'
import { exactNumber, unixSeconds } from '@micro/kernel'
import { onNormalSide } from '../accounts/account.ts'
import { directionOf, type Entry } from './entries.ts'

/** An entry as it was recorded. */
export interface RecordedEntry extends Entry {
  readonly currency: string
  readonly normalBalance: Direction
  readonly layer: Layer
  /** Credits minus debits of the account on the entry's layer after this entry. */
  readonly netAfter: bigint
}

/** The hold that a transaction belongs to, or the transaction that it reverses. */
export interface Parent {
  readonly seq: bigint
  readonly id: string
}

/** A transaction as it was recorded; nothing of it ever changes. */
export interface Transaction {
  readonly id: string
  readonly mode: Mode
  readonly kind: TransactionKind
  readonly parent: Parent | null
  /** The id of the transaction that reverses this one. */
  readonly reversedBy: string | null
  /** When a hold is given back; null for one that stays, and for every other kind. */
  readonly expiresAt: Date | null
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
}

/** With the SHA-256 of its content, by which a repeat is told from a conflict. */
export interface StoredTransaction extends Transaction {
  readonly fingerprint: Buffer
}

/** References that belong to Micro's own transactions. */
export const isSystemReference = (reference: string): boolean => reference.startsWith('micro:')

/** A hold is its transaction, so its id needs no column either. */
export const holdIdOf = (transaction: string): string => transaction.replace('ltx_', 'hold_')

/** The transaction of a hold; undefined for what cannot be a hold's id. */
export const transactionOfHold = (id: string): string | undefined =>
  id.startsWith('hold_') ? id.replace('hold_', 'ltx_') : undefined

const holdOf = ({ kind, id, parent }: Transaction): string | null => {
  if (kind === 'hold') return holdIdOf(id)
  return parent === null || kind === 'reversal' ? null : holdIdOf(parent.id)
}

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
    layer: entry.layer,
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
  kind: transaction.kind,
  hold: holdOf(transaction),
  reverses: transaction.kind === 'reversal' ? (transaction.parent?.id ?? null) : null,
  reversed_by: transaction.reversedBy,
  reference_id: transaction.reference,
  description: transaction.description,
  currency: transaction.currency,
  entries: transaction.entries.map((entry, at) => entryToWire(entryId(transaction.id, at), entry)),
  status: dryRun ? 'dry_run' : 'recorded',
  seq: Number(transaction.seq),
  hash: transaction.hash.toString('hex'),
  metadata: { ...transaction.metadata },
  livemode: transaction.mode === 'live',
  effective_at: unixSeconds(transaction.effectiveAt),
  created: unixSeconds(transaction.createdAt),
})
