import { first, type Sql } from '@micro/postgres'
import type { BookKey } from '../books/book.ts'
import { laneOf } from '../books/lane.ts'
import type { EntryLine, EntryPlace } from './statement.ts'

/**
 * Of an account's posted entries that were recorded up to the seq `known`, those that count from `from` on and before `until`;
 * each with the last seq recorded before it. Of those, what lies behind `after` or in front of `before`.
 */
export interface EffectiveRange {
  readonly known: bigint
  readonly from: Date | null
  readonly fromSeq: bigint
  readonly until: Date | null
  readonly untilSeq: bigint
  readonly after: EntryPlace | null
  readonly before: EntryPlace | null
  readonly limit: number
}

// What counts when it was recorded is in the order of its seq; what does not is noted in shifted_entries in its own
// order. The next of the statement are among the next of both.

/** Those that took effect first come first. */
export const listEffectiveUp = (
  sql: Sql,
  book: BookKey,
  account: string,
  { known, from, fromSeq, until, untilSeq, after, limit }: Omit<EffectiveRange, 'before'>,
): Promise<EntryLine[]> =>
  sql<EntryLine>`
    with account as (
      select lane, book, id from ledger.accounts a
      where a.lane = ${laneOf(book)} and a.merchant = ${book.merchant} and a.mode = ${book.mode} and a.public_id = ${account}
    ), line as (
      select r.* from account a
      cross join lateral (
        select e.lane, e.book, e.seq, e.leg, e.amount, t.created_at as counts_at from ledger.entries e
        join ledger.transactions t on t.lane = e.lane and t.book = e.book and t.seq = e.seq
        where e.lane = a.lane and e.account = a.id and e.seq > ${fromSeq} and e.seq <= least(${untilSeq}::bigint, ${known}::bigint)
          and e.layer = 'posted' and coalesce(t.booked_at, t.effective_at) = t.created_at
          and (t.created_at, e.seq, e.leg) > (
            coalesce(${after && after.countsAt}::timestamptz, '-infinity'),
            coalesce(${after && after.seq}::bigint, 0), coalesce(${after && after.leg}::smallint, 0))
        order by e.seq, e.leg limit ${limit}
      ) r
      union all
      select r.* from account a
      cross join lateral (
        select s.lane, s.book, s.seq, s.leg, s.amount, s.counts_at from ledger.shifted_entries s
        where s.lane = a.lane and s.account = a.id and s.counts_at >= coalesce(${from}::timestamptz, '-infinity')
          and s.counts_at < coalesce(${until}::timestamptz, 'infinity') and s.seq <= ${known}
          and (s.counts_at, s.seq, s.leg) > (
            coalesce(${after && after.countsAt}::timestamptz, '-infinity'),
            coalesce(${after && after.seq}::bigint, 0), coalesce(${after && after.leg}::smallint, 0))
        order by s.counts_at, s.seq, s.leg limit ${limit}
      ) r
    )
    select l.seq, l.leg, l.amount, l.counts_at as "countsAt", t.id as transaction, t.reference_id as reference,
      t.description, t.created_at as "createdAt", t.effective_at as "effectiveAt", t.booked_at as "bookedAt"
    from (select * from line order by counts_at, seq, leg limit ${limit}) l
    join ledger.transactions t on t.lane = l.lane and t.book = l.book and t.seq = l.seq
    order by l.counts_at, l.seq, l.leg`

/** Those that took effect last come first. */
export const listEffectiveDown = (
  sql: Sql,
  book: BookKey,
  account: string,
  { known, from, fromSeq, until, untilSeq, before, limit }: Omit<EffectiveRange, 'after'>,
): Promise<EntryLine[]> =>
  sql<EntryLine>`
    with account as (
      select lane, book, id from ledger.accounts a
      where a.lane = ${laneOf(book)} and a.merchant = ${book.merchant} and a.mode = ${book.mode} and a.public_id = ${account}
    ), line as (
      select r.* from account a
      cross join lateral (
        select e.lane, e.book, e.seq, e.leg, e.amount, t.created_at as counts_at from ledger.entries e
        join ledger.transactions t on t.lane = e.lane and t.book = e.book and t.seq = e.seq
        where e.lane = a.lane and e.account = a.id and e.seq > ${fromSeq} and e.seq <= least(${untilSeq}::bigint, ${known}::bigint)
          and e.layer = 'posted' and coalesce(t.booked_at, t.effective_at) = t.created_at
          and (t.created_at, e.seq, e.leg) < (
            coalesce(${before && before.countsAt}::timestamptz, 'infinity'),
            coalesce(${before && before.seq}::bigint, 0), coalesce(${before && before.leg}::smallint, 0))
        order by e.seq desc, e.leg desc limit ${limit}
      ) r
      union all
      select r.* from account a
      cross join lateral (
        select s.lane, s.book, s.seq, s.leg, s.amount, s.counts_at from ledger.shifted_entries s
        where s.lane = a.lane and s.account = a.id and s.counts_at >= coalesce(${from}::timestamptz, '-infinity')
          and s.counts_at < coalesce(${until}::timestamptz, 'infinity') and s.seq <= ${known}
          and (s.counts_at, s.seq, s.leg) < (
            coalesce(${before && before.countsAt}::timestamptz, 'infinity'),
            coalesce(${before && before.seq}::bigint, 0), coalesce(${before && before.leg}::smallint, 0))
        order by s.counts_at desc, s.seq desc, s.leg desc limit ${limit}
      ) r
    )
    select l.seq, l.leg, l.amount, l.counts_at as "countsAt", t.id as transaction, t.reference_id as reference,
      t.description, t.created_at as "createdAt", t.effective_at as "effectiveAt", t.booked_at as "bookedAt"
    from (select * from line order by counts_at desc, seq desc, leg desc limit ${limit}) l
    join ledger.transactions t on t.lane = l.lane and t.book = l.book and t.seq = l.seq
    order by l.counts_at desc, l.seq desc, l.leg desc`

/** Credits minus debits of the account before an entry, in the order of effect, of what was recorded up to `known`. */
export const findNetBeforeEffect = async (
  sql: Sql,
  book: BookKey,
  account: string,
  { known, place: { countsAt, seq, leg } }: { known: bigint; place: EntryPlace },
): Promise<bigint> =>
  first(
    await sql<{ net: bigint }>`
    select n.net
      -- and what counts at the same time and stands in front of it
      + coalesce((
        select sum(e.amount) from ledger.entries e
        join ledger.transactions t on t.lane = e.lane and t.book = e.book and t.seq = e.seq
        where e.lane = a.lane and e.account = a.id and e.seq > at.seq_first and e.seq <= least(at.seq_last, ${seq}::bigint)
          and (e.seq, e.leg) < (${seq}::bigint, ${leg}::smallint)
          and e.layer = 'posted' and coalesce(t.booked_at, t.effective_at) = t.created_at
      ), 0)
      + coalesce((
        select sum(s.amount) from ledger.shifted_entries s
        where s.lane = a.lane and s.account = a.id and s.counts_at = ${countsAt}::timestamptz
          and (s.seq, s.leg) < (${seq}::bigint, ${leg}::smallint)
      ), 0) as net
    from ledger.accounts a
    cross join lateral (
      select ledger.seq_before(a.lane, a.book, ${countsAt}::timestamptz) as seq_first,
        ledger.seq_before(a.lane, a.book, ${countsAt}::timestamptz + interval '1 microsecond') as seq_last
      offset 0
    ) at
    cross join lateral ledger.net_at(a.lane, a.id, ${known}::bigint, ${countsAt}::timestamptz, at.seq_first) n
    where a.lane = ${laneOf(book)} and a.merchant = ${book.merchant} and a.mode = ${book.mode} and a.public_id = ${account}`,
  )?.net ?? 0n
