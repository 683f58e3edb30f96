import { first, type Sql } from '@micro/postgres'
import type { PeriodRow } from './periods.ts'
import type { BookRow } from './verify.ts'

type BookPlace = Pick<BookRow, 'lane' | 'id'>

/** Up to when the book is closed. */
export const findClosedBefore = async (sql: Sql, { lane, id }: BookPlace): Promise<Date | null> =>
  first(
    await sql<{ closed_before: Date | null }>`
    select closed_before from ledger.books where lane = ${lane} and id = ${id}`,
  )?.closed_before ?? null

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

/** The first period, or total, of the lane without a book, or a period, of its own, and how many there are. */
export const findOrphanPeriods = (sql: Sql, lane: number) => sql<Noted>`
  select o.book, o.seq, count(*) over () as found from (
    select p.book, p.seq from ledger.periods p
    where p.lane = ${lane} and not exists (select from ledger.books b where b.lane = p.lane and b.id = p.book)
    union all
    select t.book, 0 from ledger.period_totals t
    where t.lane = ${lane} and not exists (
      select from ledger.periods p where p.lane = t.lane and p.book = t.book and p.number = t.period)
  ) o
  order by o.book, o.seq limit 1`
