import { first, type Sql } from '@micro/postgres'
import type { BookKey } from '../books/book.ts'
import { laneOf } from '../books/lane.ts'
import { unopenedHead, type Head, type Moments, type Point } from './point.ts'

/**
 * Has the rest of this database transaction look rows up by their keys, in the order of an index, and stop where it has
 * enough. Left to itself PostgreSQL may sort an account's whole history for a page of it, until statistics of a grown
 * table tell it better.
 */
export const lookUpByKeys = async (sql: Sql): Promise<void> => {
  await sql`
    select set_config(name, 'off', true) from unnest(array[
      'enable_seqscan', 'enable_bitmapscan', 'enable_hashjoin', 'enable_mergejoin', 'enable_sort', 'jit']) as name`
}

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

/** Credits minus debits that were posted to an account at a point; undefined when the book has no such account. */
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

/** Credits minus debits that were held on an account when the book was recorded up to `known`. */
export const findPendingNet = async (sql: Sql, book: BookKey, account: string, known: bigint): Promise<bigint> =>
  first(
    await sql<{ net: bigint }>`
    select e.net from ledger.accounts a
    cross join lateral (
      select e.balance_after as net from ledger.entries e
      where e.lane = a.lane and e.account = a.id and e.layer = 'pending' and e.seq <= ${known}
      order by e.seq desc, e.leg desc limit 1
    ) e
    where a.lane = ${laneOf(book)} and a.merchant = ${book.merchant} and a.mode = ${book.mode} and a.public_id = ${account}`,
  )?.net ?? 0n
