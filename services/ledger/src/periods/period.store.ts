import { first, type Sql } from '@micro/postgres'
import type { Point } from '../balances/point.ts'
import type { BookKey } from '../books/book.ts'
import { laneOf } from '../books/lane.ts'
import type { Totals } from '../reports/report.ts'
import type { Period } from './period.ts'

export const findNewestPeriod = async (sql: Sql, book: BookKey): Promise<Period | undefined> =>
  (await listPeriodsBefore(sql, book, null, 1))[0]

export const findPeriod = async (sql: Sql, book: BookKey, id: string): Promise<Period | undefined> =>
  first(
    await sql<Period>`
    select p.id, b.mode, p.number, p.closed_before as "closedBefore", o.closed_before as "openedAt", p.description, p.seq,
      p.hash, p.created_at as "createdAt"
    from ledger.books b
    join ledger.periods p on p.lane = b.lane and p.book = b.id
    left join ledger.periods o on o.lane = p.lane and o.book = p.book and o.number = p.number - 1
    where b.lane = ${laneOf(book)} and b.merchant = ${book.merchant} and b.mode = ${book.mode} and p.id = ${id}`,
  )

/** Newest first, from just before the number; from the newest when it is null. */
export const listPeriodsBefore = (sql: Sql, book: BookKey, before: number | null, limit: number): Promise<Period[]> =>
  sql<Period>`
    select p.id, b.mode, p.number, p.closed_before as "closedBefore", o.closed_before as "openedAt", p.description, p.seq,
      p.hash, p.created_at as "createdAt"
    from ledger.books b
    join ledger.periods p on p.lane = b.lane and p.book = b.id
    left join ledger.periods o on o.lane = p.lane and o.book = p.book and o.number = p.number - 1
    where b.lane = ${laneOf(book)} and b.merchant = ${book.merchant} and b.mode = ${book.mode}
      and p.number < coalesce(${before}::integer, 2147483647)
    order by p.number desc limit ${limit}`

/** Oldest first, from just after the number. */
export const listPeriodsAfter = (sql: Sql, book: BookKey, after: number, limit: number): Promise<Period[]> =>
  sql<Period>`
    select p.id, b.mode, p.number, p.closed_before as "closedBefore", o.closed_before as "openedAt", p.description, p.seq,
      p.hash, p.created_at as "createdAt"
    from ledger.books b
    join ledger.periods p on p.lane = b.lane and p.book = b.id
    left join ledger.periods o on o.lane = p.lane and o.book = p.book and o.number = p.number - 1
    where b.lane = ${laneOf(book)} and b.merchant = ${book.merchant} and b.mode = ${book.mode} and p.number > ${after}
    order by p.number limit ${limit}`

/** The totals a period was closed with, by currency and type; at most `limit`. */
export const listPeriodTotals = (sql: Sql, book: BookKey, number: number, limit: number): Promise<Totals[]> =>
  sql<Totals>`
    select t.type, t.currency, s.scale as "assetScale", t.debits, t.credits
    from ledger.books b
    join ledger.period_totals t on t.lane = b.lane and t.book = b.id
    left join ledger.assets s on s.lane = t.lane and s.book = t.book and s.code = t.currency
    where b.lane = ${laneOf(book)} and b.merchant = ${book.merchant} and b.mode = ${book.mode} and t.period = ${number}
    order by t.currency, t.type limit ${limit}`

/** How the totals before a time differ between what was known then and what is known now, by currency and type. */
export const listTotalsMoved = (
  sql: Sql,
  book: BookKey,
  { then, now }: { then: Point; now: Point },
): Promise<Totals[]> =>
  sql<Totals>`
    select a.type, a.currency, max(a.asset_scale) as "assetScale",
      sum(greatest(-n.net, 0) - greatest(-o.net, 0)) as debits, sum(greatest(n.net, 0) - greatest(o.net, 0)) as credits
    from ledger.books b
    cross join lateral (
      select distinct e.account from ledger.transactions t
      join ledger.entries e on e.lane = t.lane and e.book = t.book and e.seq = t.seq
      where t.lane = b.lane and t.book = b.id and t.seq > ${then.known} and t.seq <= ${now.known}
        and coalesce(t.booked_at, t.effective_at) < ${now.countsBefore}
    ) moved
    join ledger.accounts a on a.lane = b.lane and a.book = b.id and a.id = moved.account
    cross join lateral ledger.net_at(
      a.lane, a.id, ${then.known}::bigint, ${then.countsBefore}::timestamptz, ${then.countsSeq}::bigint) o
    cross join lateral ledger.net_at(
      a.lane, a.id, ${now.known}::bigint, ${now.countsBefore}::timestamptz, ${now.countsSeq}::bigint) n
    where b.lane = ${laneOf(book)} and b.merchant = ${book.merchant} and b.mode = ${book.mode}
    group by a.currency, a.type`

/** Closes the period, with its totals, on a locked book. The database moves the book's `closed_before` with it. */
export const insertPeriod = async (
  sql: Sql,
  book: BookKey,
  period: Omit<Period, 'mode' | 'openedAt'>,
  totals: readonly Totals[],
): Promise<void> => {
  await sql`
    with book as (
      select b.lane, b.id from ledger.books b
      where b.lane = ${laneOf(book)} and b.merchant = ${book.merchant} and b.mode = ${book.mode}
    ), closed as (
      insert into ledger.periods (lane, book, number, id, closed_before, seq, hash, totals_count, description, created_at)
      select lane, id, ${period.number}, ${period.id}, ${period.closedBefore}::timestamptz, ${period.seq}::bigint,
        ${period.hash}::bytea, ${totals.length}::integer, ${period.description}::text, ${period.createdAt}::timestamptz
      from book
    )
    insert into ledger.period_totals (lane, book, period, currency, type, debits, credits)
    select book.lane, book.id, ${period.number}, t.* from book, unnest(
      ${totals.map(({ currency }) => currency)}::text[], ${totals.map(({ type }) => type)}::text[],
      ${totals.map(({ debits }) => debits)}::numeric[], ${totals.map(({ credits }) => credits)}::numeric[]) as t`
}
