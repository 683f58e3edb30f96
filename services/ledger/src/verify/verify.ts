import { assert } from '@micro/kernel'

/** What can be wrong with a ledger; each is named by the first place it was found at, and counted. */
export const problems = {
  seq_gap: 'a seq is missing, or stands there although the book has not come so far',
  entries_missing: 'a transaction has fewer or more entries than it was recorded with, or fewer than two',
  unbalanced: 'the entries of a transaction do not sum to zero',
  wrong_account: 'an entry is on an account that does not exist, or of another currency or owner than its transaction',
  time_reversed: 'a transaction was recorded before the one in front of it',
  orphan_transaction: 'a transaction belongs to no book',
  orphan_entry: 'an entry belongs to no transaction',
  orphan_account: 'an account belongs to no book',
  broken_chain: 'an entry tells a balance or version that does not follow from the entries before it',
  wrong_balance: 'an account does not show the fold of its entries',
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

export interface BookRow {
  readonly lane: number
  readonly id: bigint
  readonly merchant: string
  readonly mode: string
  readonly last_seq: bigint
}

/** A transaction with what its entries add up to. `legs_wrong`: entries on an account that cannot be theirs. */
export interface TransactionRow {
  readonly seq: bigint
  readonly entry_count: number
  readonly legs: bigint
  readonly accounts: bigint
  readonly total: bigint
  readonly legs_wrong: bigint
  readonly reversed: boolean
}

/** What is wrong with a transaction taken by itself. */
export const problemsOf = (row: TransactionRow): Problem[] => [
  ...(row.legs !== BigInt(row.entry_count) || row.legs < 2n || row.accounts < 2n ? ['entries_missing' as const] : []),
  ...(row.total === 0n ? [] : ['unbalanced' as const]),
  ...(row.legs_wrong === 0n ? [] : ['wrong_account' as const]),
  ...(row.reversed ? ['time_reversed' as const] : []),
]

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
  readonly amount: bigint
  readonly balance_after: bigint
  readonly account_version: bigint
  readonly public_id: string | null
  readonly posted_credits: bigint | null
  readonly posted_debits: bigint | null
  readonly version: bigint | null
}

/** One account's entries, added up so far. */
export interface Fold {
  readonly last: EntryRow
  readonly credits: bigint
  readonly debits: bigint
  readonly version: bigint
}

/** Takes the next entry of the fold's account, or the first of another one. */
export const foldNext = (fold: Fold | undefined, entry: EntryRow): Fold => {
  assert(fold === undefined || fold.last.account === entry.account, 'entries of two accounts in one fold')
  const before = fold ?? { credits: 0n, debits: 0n, version: 0n }
  return {
    last: entry,
    credits: before.credits + (entry.amount > 0n ? entry.amount : 0n),
    debits: before.debits - (entry.amount < 0n ? entry.amount : 0n),
    version: before.version + 1n,
  }
}

export const chainHolds = ({ last, credits, debits, version }: Fold): boolean =>
  last.balance_after === credits - debits && last.account_version === version

/** Whether the account shows what its entries come to. One that does not exist is reported at its transaction. */
export const balanceHolds = ({ last, credits, debits, version }: Fold): boolean =>
  last.version === null ||
  (last.posted_credits === credits && last.posted_debits === debits && last.version === version)
