import { first, type Sql } from '@micro/postgres'
import type { BookKey } from '../books/book.ts'
import { laneOf } from '../books/lane.ts'
import type { Flow } from './flow.ts'

/** A stretch of a book: what was recorded behind `after`, up to `upTo`. */
export interface Stretch {
  readonly book: bigint
  readonly after: bigint
  readonly upTo: bigint
}

/** What of a book was recorded from one moment to before another; null where it is not bounded. */
export const findStretch = async (
  sql: Sql,
  book: BookKey,
  { from, until }: { from: Date | null; until: Date | null },
): Promise<Stretch | undefined> =>
  first(
    await sql<Stretch>`
    select b.id as book,
      case when ${from}::timestamptz is null then 0 else ledger.seq_before(b.lane, b.id, ${from}) end as after,
      case when ${until}::timestamptz is null then b.last_seq else ledger.seq_before(b.lane, b.id, ${until}) end as "upTo"
    from ledger.books b
    where b.lane = ${laneOf(book)} and b.merchant = ${book.merchant} and b.mode = ${book.mode}`,
  )

/**
 * What went from what was debited to what was credited, by currency, the largest first; what is beyond `limit` of a
 * currency is one row more. Debits and credits of a transaction come to the same: laid end to end, each in the order of
 * its party, those that lie over each other are what went from the one to the other. Both are cut wherever one of them ends, and a
 * piece is of the first debit and the first credit that end there or later: however many a transaction has, each is read
 * once, and not beside each of the other side.
 */
export const listFlows = (
  sql: Sql,
  key: BookKey,
  { book, after, upTo }: Stretch,
  { currency, byType, limit }: { currency: string | null; byType: boolean; limit: number },
) => sql<Flow>`
  with moved as (
    select e.seq, a.currency, max(a.asset_scale) as scale, a.party, sum(e.amount) as amount
    from ledger.entries e
    cross join lateral (
      select currency, asset_scale, case when ${byType}::boolean then type else public_id end as party
      from ledger.accounts where lane = e.lane and book = e.book and id = e.account offset 0) a
    where e.lane = ${laneOf(key)} and e.book = ${book} and e.seq > ${after} and e.seq <= ${upTo}
      and e.layer = 'posted' and (${currency}::text is null or a.currency = ${currency})
    group by e.seq, a.currency, a.party
    having sum(e.amount) <> 0
  ), laid as (
    select *, sum(abs(amount)) over (partition by seq, currency, amount < 0 order by party) as ending from moved
  ), cut as (
    select *, ending - coalesce(lag(ending) over up, 0) as length,
      count(*) filter (where amount < 0) over (up groups between unbounded preceding and 1 preceding) as debits_before,
      count(*) filter (where amount > 0) over (up groups between unbounded preceding and 1 preceding) as credits_before
    from laid
    window up as (partition by seq, currency order by ending)
  ), met as (
    select currency, scale, length,
      max(party) filter (where amount < 0) over (partition by seq, currency, debits_before) as debited,
      max(party) filter (where amount > 0) over (partition by seq, currency, credits_before) as credited
    from cut
  ), flows as (
    select currency, max(scale) as scale, debited, credited, sum(length) as amount, count(*) as transactions
    from met where length > 0 group by currency, debited, credited
  ), ranked as (
    select *, row_number() over (partition by currency order by amount desc, debited, credited) > ${limit} as is_beyond
    from flows
  )
  select currency, max(scale) as "assetScale", case when not is_beyond then debited end as debited,
    case when not is_beyond then credited end as credited, sum(amount) as amount, sum(transactions)::bigint as transactions
  from ranked
  group by currency, is_beyond, case when not is_beyond then debited end, case when not is_beyond then credited end
  order by currency, is_beyond, sum(amount) desc, 3, 4`
