import { assert } from '@micro/kernel'
import type { Layer } from '@micro/contracts'
import type { BookKey } from '../books/book.ts'
import type { Sums } from '../accounts/account.ts'
import { linkOf } from '../chain/content.ts'

/** What can be wrong with a ledger; each is named by the first place it was found at, and counted. */
export const problems = {
  seq_gap: 'a seq is missing, or stands there although the book has not come so far',
  entries_missing: 'a transaction has fewer or more entries than it was recorded with, or fewer than two',
  unbalanced: 'the entries of a transaction do not sum to zero in each currency and layer',
  wrong_layer: 'an entry is on a layer that its kind of transaction does not touch',
  wrong_parent:
    'a transaction follows none that it could, or moves other than it: a capture, what gives back, a reversal',
  wrong_hold: 'a hold is taken back beyond what it held, or does not show what became of it',
  wrong_account: 'an entry is on an account that does not exist, or of another currency or owner than its transaction',
  wrong_currency: 'a transaction names no currency of its own and does not have several',
  wrong_content: 'a transaction does not have the hash of its content',
  wrong_link: 'a transaction does not follow from the hash before it',
  wrong_head: 'a book does not show the hash of its newest transaction',
  time_reversed: 'a transaction was recorded before the one in front of it',
  orphan_transaction: 'a transaction belongs to no book',
  orphan_entry: 'an entry belongs to no transaction',
  orphan_hold: 'there is a state of a hold and no hold',
  orphan_account: 'an account belongs to no book',
  broken_chain: 'an entry tells a balance or version that does not follow from the entries before it',
  wrong_balance: 'an account does not show the fold of its entries',
  limit_passed: 'an account holds less or more than its limits let it, holds counted, or is closed and holds something',
} as const
export type Problem = keyof typeof problems

/** One wrong place. `lane` and `book` are the ledger's own numbers; `account` is the account's number or public id. */
export interface Finding {
  readonly problem: Problem
  readonly lane: number
  readonly book: bigint
  readonly seq?: bigint
  readonly account?: string
}

export interface BookRow extends BookKey {
  readonly lane: number
  readonly id: bigint
  readonly last_seq: bigint
  /** Null while the book has no transaction. */
  readonly head_hash: Buffer | null
}

/** A transaction with what its entries add up to and what they hash to. `legs_wrong`: entries on an account that cannot be theirs. */
export interface TransactionRow {
  readonly seq: bigint
  readonly entry_count: number
  readonly legs: bigint
  readonly accounts: bigint
  readonly currencies_unbalanced: bigint
  readonly legs_wrong: bigint
  readonly currency_missing: boolean
  readonly layers_wrong: boolean
  readonly content_hash: Buffer
  readonly hash: Buffer
  /** The hash of what is there now; null where nothing can be hashed. */
  readonly content_found: Buffer | null
  readonly reversed: boolean
}

/** What is wrong with a transaction taken by itself. */
export const problemsOf = (row: TransactionRow): Problem[] => [
  ...(row.legs !== BigInt(row.entry_count) || row.legs < 2n || row.accounts < 2n ? ['entries_missing' as const] : []),
  ...(row.currencies_unbalanced === 0n ? [] : ['unbalanced' as const]),
  ...(row.layers_wrong ? ['wrong_layer' as const] : []),
  ...(row.legs_wrong === 0n ? [] : ['wrong_account' as const]),
  ...(row.currency_missing ? ['wrong_currency' as const] : []),
  ...(row.content_found?.equals(row.content_hash) ? [] : ['wrong_content' as const]),
  ...(row.reversed ? ['time_reversed' as const] : []),
]

/** Whether the transaction's hash is made of its content and the hash before it. */
export const linkHolds = ({ content_hash, hash }: TransactionRow, before: Buffer): boolean =>
  linkOf(before, content_hash).equals(hash)

/** Whether the book shows the hash of its newest transaction, or none without one. */
export const headHolds = ({ head_hash }: BookRow, newest: TransactionRow | undefined): boolean =>
  newest === undefined ? head_hash === null : head_hash !== null && newest.hash.equals(head_hash)

/** Where counting a book from 1 to its head first goes wrong; undefined while it does not. */
export const gapIn = (
  seqs: readonly bigint[],
  { after, head }: { after: bigint; head: bigint },
): bigint | undefined => {
  let next = after + 1n
  for (const seq of seqs) {
    if (seq !== next) return next
    if (seq > head) return seq
    next++
  }
  return undefined
}

/** An entry beside the account it is on; the account's members are null where there is none. */
export interface EntryRow {
  readonly book: bigint
  readonly account: bigint
  readonly seq: bigint
  readonly leg: number
  readonly layer: Layer
  /** True where it takes back what a hold set aside. */
  readonly takes_back: boolean
  readonly amount: bigint
  readonly balance_after: bigint
  readonly account_version: bigint
  readonly public_id: string | null
  readonly posted_credits: bigint | null
  readonly posted_debits: bigint | null
  readonly pending_credits: bigint | null
  readonly pending_debits: bigint | null
  readonly version: bigint | null
}

/** One account's entries, added up so far. */
export interface Fold extends Readonly<Sums> {
  readonly last: EntryRow
  readonly version: bigint
}

/** Takes the next entry of the fold's account, or the first of another one. */
export const foldNext = (fold: Fold | undefined, entry: EntryRow): Fold => {
  assert(fold === undefined || fold.last.account === entry.account, 'entries of two accounts in one fold')
  const before = fold ?? { credits: 0n, debits: 0n, pendingCredits: 0n, pendingDebits: 0n, version: 0n }
  const { amount, layer, takes_back: takesBack } = entry
  // What takes back has the other sign than what it lowers.
  const [credit, debit] = amount > 0n !== takesBack ? [amount, 0n] : [0n, -amount]
  const [posted, held] = layer === 'posted' ? [1n, 0n] : [0n, 1n]
  return {
    last: entry,
    credits: before.credits + credit * posted,
    debits: before.debits + debit * posted,
    pendingCredits: before.pendingCredits + credit * held,
    pendingDebits: before.pendingDebits + debit * held,
    version: before.version + 1n,
  }
}

export const chainHolds = (fold: Fold): boolean => {
  const { last, credits, debits, pendingCredits, pendingDebits, version } = fold
  const balance = last.layer === 'posted' ? credits - debits : pendingCredits - pendingDebits
  return last.balance_after === balance && last.account_version === version
}

/** Whether the account shows what its entries come to. One that does not exist is reported at its transaction. */
export const balanceHolds = ({ last, credits, debits, pendingCredits, pendingDebits, version }: Fold): boolean =>
  last.version === null ||
  (last.posted_credits === credits &&
    last.posted_debits === debits &&
    last.pending_credits === pendingCredits &&
    last.pending_debits === pendingDebits &&
    last.version === version)
