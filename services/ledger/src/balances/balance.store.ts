import { first, type Sql } from '@micro/postgres'
import type { BookKey } from '../books/book.ts'
import { laneOf } from '../books/lane.ts'
import { unopenedHead, type Head, type Moments, type Point } from './point.ts'

/** How far the book has come, now and at these moments. */
export const findHead = async (sql: Sql, book: BookKey, { recordedBefore, countsBefore }: Moments): Promise<Head> =>
  first(
    await sql<Head>`
    select b.last_seq as "seqLast",
      case when ${recordedBefore}::timestamptz is not null
        then ledger.seq_before(b.lane, b.id, ${recordedBefore}) end as "recordedSeq",
      case when ${countsBefore}::timestamptz is not null
        then ledger.seq_before(b.lane, b.id, ${countsBefore}) end as "countsSeq"
    from ledger.books b
    where b.lane = ${laneOf(book)} and b.merchant = ${book.merchant} and b.mode = ${book.mode}`,
  ) ?? unopenedHead

/** Credits minus debits of an account at a point; undefined when the book has no such account. */
export const findNetAt = async (
  sql: Sql,
  book: BookKey,
  account: string,
  { known, countsBefore, countsSeq }: Point,
): Promise<bigint | undefined> =>
  first(
    await sql<{ net: bigint }>`
    select n.net from ledger.accounts a
    cross join lateral ledger.net_at(a.lane, a.id, ${known}::bigint, ${countsBefore}::timestamptz, ${countsSeq}::bigint) n
    where a.lane = ${laneOf(book)} and a.merchant = ${book.merchant} and a.mode = ${book.mode} and a.public_id = ${account}`,
  )?.net
