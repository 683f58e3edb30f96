import type { Sql } from '@micro/postgres'
import { findOrphanHolds, findWrongFollowing } from './following.store.ts'
import { findOrphanPeriods, findWrongBookings } from './periods.store.ts'
import { linkHolds, problemsOf, type BookRow, type Problem, type TransactionRow } from './verify.ts'
import { findBalancesOfNothing, findLimitsPassed, findOrphanAccounts } from './verify.store.ts'

// What is checked of a book, whoever goes through it: all of a lane in one snapshot, or one book slice by slice.

/** Told of each wrong place of a book by its seq. */
export type Wrong = (problem: Problem, seq: bigint) => void

/** A slice of a book's transactions, in their order: those after a seq, with the hash that the first must follow. */
export interface Slice {
  readonly after: bigint
  readonly hashBefore: Buffer
  readonly rows: readonly TransactionRow[]
}

/** Derives the transactions of a slice anew, with what they follow and when they count. */
export const checkSlice = async (
  sql: Sql,
  book: BookRow,
  { after, hashBefore, rows }: Slice,
  wrong: Wrong,
): Promise<void> => {
  let before = hashBefore
  for (const row of rows) {
    for (const problem of problemsOf(row)) wrong(problem, row.seq)
    if (!linkHolds(row, before)) wrong('wrong_link', row.seq)
    before = row.hash
  }
  const range = { after, until: rows.at(-1)?.seq ?? after }
  for (const { seq, wrong_parent, wrong_hold } of await findWrongFollowing(sql, book, range)) {
    if (wrong_parent) wrong('wrong_parent', seq)
    if (wrong_hold) wrong('wrong_hold', seq)
  }
  for (const { seq, wrong_booking, wrong_shift } of await findWrongBookings(sql, book, range)) {
    if (wrong_booking) wrong('wrong_booking', seq)
    if (wrong_shift) wrong('wrong_shift', seq)
  }
}

/** What of a lane, or of one book in it, belongs to nothing: the first place by its seq. */
export const checksBySeq = [
  ['orphan_hold', findOrphanHolds],
  ['wrong_period', findOrphanPeriods],
] as const

/** What the accounts of a lane, or of one book in it, show wrongly: the first of them. */
export const checksByAccount = [
  ['orphan_account', findOrphanAccounts],
  ['wrong_balance', findBalancesOfNothing],
  ['limit_passed', findLimitsPassed],
] as const
