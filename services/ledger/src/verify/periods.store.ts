import { first, only, type Sql } from '@micro/postgres'
import type { Totals } from '../reports/report.ts'
import type { PeriodRow } from './periods.ts'
import type { BookRow } from './verify.ts'

type BookPlace = Pick<BookRow, 'lane' | 'id'>

/** Whether the book is closed up to the end of its newest period, or not at all without one. */
export const isClosedByNewest = async (sql: Sql, { lane, id }: BookPlace): Promise<boolean> =>
  first(
    await sql<{ holds: boolean }>`
    select b.closed_before is not distinct from (
      select p.closed_before from ledger.periods p where p.lane = b.lane and p.book = b.id
      order by p.number desc limit 1
    ) as holds
    from ledger.books b where b.lane = ${lane} and b.id = ${id}`,
  )?.holds ?? true

/** The last seq that was recorded before a time. */
export const findSeqBefore = async (sql: Sql, { lane, id }: BookPlace, before: Date): Promise<bigint> =>
  only(await sql<{ seq: bigint }>`select ledger.seq_before(${lane}::smallint, ${id}::bigint, ${before}) as seq`).seq

/** The last of the book's next accounts, by number; undefined when there are no more. */
export const findLastOfNextAccounts = async (
  sql: Sql,
  { lane, id }: BookPlace,
  { after, limit }: { after: bigint; limit: number },
): Promise<bigint | undefined> =>
  only(
    await sql<{ last: bigint | null }>`
    select max(id) as last from (
      select id from ledger.accounts where lane = ${lane} and book = ${id} and id > ${after} order by id limit ${limit}
    ) a`,
  ).last ?? undefined

/**
 * What a range of the book's accounts adds to the totals before a time, by currency and type, of all that is recorded.
 * `seq`: the last that was recorded before that time.
 */
export const listTotalsWithin = (
  sql: Sql,
  { lane, id }: BookPlace,
  { before, seq, after, until }: { before: Date; seq: bigint; after: bigint; until: bigint },
) => sql<Totals>`
  select type, currency, max(asset_scale) as "assetScale",
    coalesce(sum(-net) filter (where net < 0), 0) as debits, coalesce(sum(net) filter (where net > 0), 0) as credits
  from (
    select a.type, a.currency, a.asset_scale, (
      select n.net from ledger.net_at(
        a.lane, a.id, 9223372036854775807::bigint, ${before}::timestamptz, ${seq}::bigint) n
    ) as net
    from ledger.accounts a
    where a.lane = ${lane} and a.book = ${id} and a.id > ${after} and a.id <= ${until}
    offset 0 -- finds each net once, and not again wherever it is named
  ) a
  where net <> 0
  group by currency, type order by currency, type`

/** The book's next periods, each with the hash of the transaction it was closed at. */
export const listPeriodRows = (sql: Sql, { lane, id }: BookPlace, { after, limit }: { after: number; limit: number }) =>
  sql<PeriodRow>`
  select p.number, p.closed_before, p.created_at, p.seq, p.hash, t.hash as hash_found
  from ledger.periods p
  left join ledger.transactions t on t.lane = p.lane and t.book = p.book and t.seq = p.seq
  where p.lane = ${lane} and p.book = ${id} and p.number > ${after}
  order by p.number limit ${limit}`

export interface BookingRow {
  readonly seq: bigint
  readonly wrong_booking: boolean
  readonly wrong_shift: boolean
}

/**
 * Those in a range of seqs that count at another time than the periods of then have it, or whose posted entries are not
 * noted although they count at another time than they were recorded.
 */
export const findWrongBookings = (
  sql: Sql,
  { lane, id }: BookPlace,
  { after, until }: { after: bigint; until: bigint },
) => sql<BookingRow>`
  select * from (
    select t.seq,
      case when t.effective_at < c.closed_before
        then not starts_with(t.reference_id, 'micro:') or t.booked_at is distinct from t.created_at
          or t.created_at < c.closed_before
        else t.booked_at is not null end as wrong_booking,
      coalesce(t.booked_at, t.effective_at) <> t.created_at and exists (
        select from ledger.entries e
        where e.lane = t.lane and e.book = t.book and e.seq = t.seq and e.layer = 'posted' and not exists (
          select from ledger.shifted_entries s
          where s.lane = e.lane and s.book = e.book and s.account = e.account and s.seq = e.seq and s.leg = e.leg
            and s.amount = e.amount and s.counts_at = coalesce(t.booked_at, t.effective_at))
      ) as wrong_shift
    from ledger.transactions t
    cross join lateral (
      select max(p.closed_before) as closed_before from ledger.periods p
      where p.lane = t.lane and p.book = t.book and p.seq < t.seq
    ) c
    where t.lane = ${lane} and t.book = ${id} and t.seq > ${after} and t.seq <= ${until}
  ) t
  where wrong_booking or wrong_shift
  order by seq`

type Noted = { readonly book: bigint; readonly seq: bigint; readonly found: bigint }

/** The first note of the lane about an entry that does not count at another time, and how many there are. */
export const findWrongNotes = (sql: Sql, lane: number) => sql<Noted>`
  select s.book, s.seq, count(*) over () as found from ledger.shifted_entries s
  where s.lane = ${lane} and not exists (
    select from ledger.entries e
    join ledger.transactions t on t.lane = e.lane and t.book = e.book and t.seq = e.seq
    where e.lane = s.lane and e.book = s.book and e.seq = s.seq and e.leg = s.leg and e.account = s.account
      and e.layer = 'posted' and coalesce(t.booked_at, t.effective_at) <> t.created_at)
  order by s.book, s.seq limit 1`

/** A place among a book's entries, account by account. */
export interface NotePlace {
  readonly account: bigint
  readonly seq: bigint
  readonly leg: number
}

/** The same between two places of one book, the latter included. */
export const findWrongNotesWithin = async (
  sql: Sql,
  { lane, id }: BookPlace,
  { after, until }: { after: NotePlace; until: NotePlace },
): Promise<Noted | undefined> =>
  first(
    await sql<Noted>`
    select s.book, s.seq, count(*) over () as found from ledger.shifted_entries s
    where s.lane = ${lane} and s.book = ${id}
      and (s.account, s.seq, s.leg) > (${after.account}::bigint, ${after.seq}::bigint, ${after.leg}::smallint)
      and (s.account, s.seq, s.leg) <= (${until.account}::bigint, ${until.seq}::bigint, ${until.leg}::smallint)
      and not exists (
        select from ledger.entries e
        join ledger.transactions t on t.lane = e.lane and t.book = e.book and t.seq = e.seq
        where e.lane = s.lane and e.book = s.book and e.seq = s.seq and e.leg = s.leg and e.account = s.account
          and e.layer = 'posted' and coalesce(t.booked_at, t.effective_at) <> t.created_at
        offset 0 -- as in book.store.ts
      )
    order by s.seq limit 1`,
  )

/** The first period, or total, of the lane, or of one book in it, without a book, or a period, of its own, and how many there are. */
export const findOrphanPeriods = (sql: Sql, lane: number, book: bigint | null = null) => sql<Noted>`
  select o.book, o.seq, count(*) over () as found from (
    select p.book, p.seq from ledger.periods p
    where p.lane = ${lane} and (${book}::bigint is null or p.book = ${book}) and not exists (select from ledger.books b where b.lane = p.lane and b.id = p.book)
    union all
    select t.book, 0 from ledger.period_totals t
    where t.lane = ${lane} and (${book}::bigint is null or t.book = ${book}) and not exists (
      select from ledger.periods p where p.lane = t.lane and p.book = t.book and p.number = t.period)
  ) o
  order by o.book, o.seq limit 1`
