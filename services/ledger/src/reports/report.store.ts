import type { Sql } from '@micro/postgres'
import type { AccountFilter } from '../accounts/account-filter.ts'
import type { BookKey } from '../books/book.ts'
import { laneOf } from '../books/lane.ts'
import type { Point } from '../balances/point.ts'
import type { AccountNet, Aggregate, GroupBy, GroupPlace, Totals } from './report.ts'

/** A point that may be the newest, where what accounts show needs no look-up. */
export interface ReportPoint extends Point {
  readonly newest: boolean
}

/** By currency and type, without those whose accounts all stand at 0; at most `limit`. */
export const listTotals = (
  sql: Sql,
  book: BookKey,
  { known, countsBefore, countsSeq, newest }: ReportPoint,
  { currency, limit }: { currency: string | null; limit: number },
): Promise<Totals[]> =>
  sql<Totals>`
    select type, currency, max(asset_scale) as "assetScale",
      coalesce(sum(-net) filter (where net < 0), 0) as debits, coalesce(sum(net) filter (where net > 0), 0) as credits
    from (
      select a.type, a.currency, a.asset_scale, case when ${newest}::boolean then a.posted_credits - a.posted_debits else (
        select n.net from ledger.net_at(
          a.lane, a.id, ${known}::bigint, ${countsBefore}::timestamptz, ${countsSeq}::bigint) n
      ) end as net
      from ledger.books b
      join ledger.accounts a on a.lane = b.lane and a.book = b.id
      where b.lane = ${laneOf(book)} and b.merchant = ${book.merchant} and b.mode = ${book.mode}
        and (${currency}::text is null or a.currency = ${currency})
      offset 0 -- finds each net once, and not again wherever it is named
    ) a
    where net <> 0
    group by currency, type order by currency, type limit ${limit}`

export interface AccountPage {
  readonly currency: string | null
  /** The id of an account, or '' for the first page. */
  readonly cursor: string
  readonly limit: number
}

/** By id, from just after the cursor. */
export const listNetsAfter = (
  sql: Sql,
  book: BookKey,
  { known, countsBefore, countsSeq }: Point,
  { currency, cursor, limit }: AccountPage,
): Promise<AccountNet[]> =>
  sql<AccountNet>`
    select a.public_id as id, a.name, a.type, a.normal_balance as "normalBalance", a.currency,
      a.asset_scale as "assetScale", n.net
    from (
      select * from ledger.accounts a
      where a.lane = ${laneOf(book)} and a.merchant = ${book.merchant} and a.mode = ${book.mode}
        and a.public_id > ${cursor} and (${currency}::text is null or a.currency = ${currency})
      order by a.public_id limit ${limit}
    ) a
    cross join lateral ledger.net_at(a.lane, a.id, ${known}::bigint, ${countsBefore}::timestamptz, ${countsSeq}::bigint) n
    order by a.public_id`

/** By id backwards, from just before the cursor. */
export const listNetsBefore = (
  sql: Sql,
  book: BookKey,
  { known, countsBefore, countsSeq }: Point,
  { currency, cursor, limit }: AccountPage,
): Promise<AccountNet[]> =>
  sql<AccountNet>`
    select a.public_id as id, a.name, a.type, a.normal_balance as "normalBalance", a.currency,
      a.asset_scale as "assetScale", n.net
    from (
      select * from ledger.accounts a
      where a.lane = ${laneOf(book)} and a.merchant = ${book.merchant} and a.mode = ${book.mode}
        and a.public_id < ${cursor} and (${currency}::text is null or a.currency = ${currency})
      order by a.public_id desc limit ${limit}
    ) a
    cross join lateral ledger.net_at(a.lane, a.id, ${known}::bigint, ${countsBefore}::timestamptz, ${countsSeq}::bigint) n
    order by a.public_id desc`

export interface AggregatePage {
  /** Null for the first page. */
  readonly place: GroupPlace | null
  readonly backwards: boolean
  readonly limit: number
}

/** By currency and group, from just after the place, or from just before it backwards. */
export const listAggregates = (
  sql: Sql,
  book: BookKey,
  { known, countsBefore, countsSeq, newest }: ReportPoint,
  { by, prefix, metadataKey }: GroupBy,
  { type, currency, status, idPrefix, metadata }: AccountFilter,
  { place, backwards, limit }: AggregatePage,
): Promise<Aggregate[]> =>
  sql<Aggregate>`
    select "group", currency, max(asset_scale) as "assetScale", count(*) as accounts,
      coalesce(sum(-net) filter (where net < 0), 0) as debits, coalesce(sum(net) filter (where net > 0), 0) as credits,
      sum(case normal_balance when 'credit' then net else -net end) as balance
    from (
      select a.currency, a.asset_scale, a.normal_balance,
        (case ${by}::text when 'type' then a.type when 'currency' then a.currency
          when 'prefix' then substring(a.public_id from ${prefix}::text) else a.metadata ->> ${metadataKey}::text end
        ) collate "C" as "group",
        case when ${newest}::boolean then a.posted_credits - a.posted_debits else (
          select n.net from ledger.net_at(
            a.lane, a.id, ${known}::bigint, ${countsBefore}::timestamptz, ${countsSeq}::bigint) n
        ) end as net
      from ledger.books b
      join ledger.accounts a on a.lane = b.lane and a.book = b.id
      where b.lane = ${laneOf(book)} and b.merchant = ${book.merchant} and b.mode = ${book.mode}
        and (${type}::text is null or a.type = ${type}) and (${currency}::text is null or a.currency = ${currency})
        and (${status}::text is null or a.status = ${status}) and starts_with(a.public_id, ${idPrefix})
        and a.metadata @> ${metadata}::jsonb
      offset 0
    ) a
    where ${place === null} or case
      when ${backwards}::boolean
        then (currency, "group" is not null, coalesce("group", '')) < (
          ${place?.currency ?? ''}::text collate "C", ${place !== null && place.group !== null}::boolean,
          ${place?.group ?? ''}::text collate "C")
      else (currency, "group" is not null, coalesce("group", '')) > (
          ${place?.currency ?? ''}::text collate "C", ${place !== null && place.group !== null}::boolean,
          ${place?.group ?? ''}::text collate "C")
      end
    group by currency, "group"
    order by case when ${backwards} then currency end desc, case when ${backwards} then "group" end desc nulls last,
      currency, "group" nulls first
    limit ${limit}`
