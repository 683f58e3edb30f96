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

/** A net of a series, and up to which transaction the book was recorded then. */
export interface NetThen {
  readonly net: bigint
  readonly seq: bigint
}

/**
 * Credits minus debits that were posted to an account before each of these moments, in their order: as recorded by then,
 * or by `effect` what counts before then. None where the book has no such account.
 *
 * What counts at another time than it was recorded is read once, however many moments there are: it is recorded from one
 * of them on, and counts from one of them on, so that the net of those between is wrong by it.
 */
export const listNetsThen = (
  sql: Sql,
  book: BookKey,
  account: string,
  { moments, effect }: { moments: readonly (Date | null)[]; effect: boolean },
) => sql<NetThen>`
  with asked as (
    select a.lane, a.id as account, b.last_seq, m.place,
      -- The last second that may be named is before nothing.
      coalesce(m.before, 'infinity') as before,
      case when m.before is null then b.last_seq else ledger.seq_before(b.lane, b.id, m.before) end as seq
    from ledger.books b
    join ledger.accounts a on a.lane = b.lane and a.merchant = b.merchant and a.mode = b.mode and a.public_id = ${account}
    cross join unnest(${moments}::timestamptz[]) with ordinality as m (before, place)
    where b.lane = ${laneOf(book)} and b.merchant = ${book.merchant} and b.mode = ${book.mode}
  ), ordered as materialized (
    select *, row_number() over (order by before, place) - 1 as rank from asked
  ), sought as (
    select lane, account, array_agg(before order by rank) as moments, array_agg(seq order by rank) as seqs
    from ordered where ${effect}::boolean group by lane, account
  ), shifted as (
    select width_bucket(s.seq - 1, o.seqs) as recorded_from, width_bucket(s.counts_at, o.moments) as counts_from,
      sum(s.amount) as amount
    from sought o join ledger.shifted_entries s on s.lane = o.lane and s.account = o.account
    group by 1, 2
  ), steps as materialized (
    select rank, sum(amount) as amount
    from (
      select counts_from as rank, amount from shifted union all select recorded_from, -amount from shifted
    ) step
    group by rank
  )
  select n.net + coalesce((select sum(s.amount) from steps s where s.rank <= o.rank), 0) as net,
    case when ${effect} then o.last_seq else o.seq end as seq
  from ordered o
  cross join lateral ledger.net_at(o.lane, o.account, o.seq, null, null) n
  order by o.place`

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
