import type { Sql } from '@micro/postgres'
import type { BookKey } from '../books/book.ts'
import { laneOf } from '../books/lane.ts'

export interface SystemTransaction {
  readonly id: string
  readonly seq: bigint
  readonly reference_id: string
  /** Null where there are several. */
  readonly currency: string | null
  /** In seconds since the Unix epoch. */
  readonly recorded_at: bigint
  /** Signed: credit +, debit -; as text, since JSON would round it. */
  readonly entries: readonly { readonly account_id: string; readonly amount_str: string }[]
}

/** What is read, is read for each by its key: a join might read the whole book for each, until there are statistics. */
export const readByReference = (sql: Sql, book: BookKey, references: readonly string[]) => sql<SystemTransaction>`
  select t.id, t.seq, t.reference_id, t.currency, floor(extract(epoch from t.created_at))::bigint as recorded_at,
    (select json_agg(json_build_object('account_id', a.public_id, 'amount_str', e.amount::text) order by e.leg)
     from ledger.entries e cross join lateral (
       select public_id from ledger.accounts where lane = e.lane and book = e.book and id = e.account offset 0) a
     where e.lane = t.lane and e.book = t.book and e.seq = t.seq) as entries
  from unnest(${references}::text[]) as r (reference)
  join ledger.books b on b.lane = ${laneOf(book)} and b.merchant = ${book.merchant} and b.mode = ${book.mode}
  cross join lateral (
    select * from ledger.transactions
    where reference_key = substr(sha256(int8send(b.id) || convert_to(r.reference, 'UTF8')), 1, 16) and lane = b.lane
    offset 0) t
  where t.book = b.id and t.reference_id like 'micro:%'`

/** Newest first. `limit` bounds what is looked at, the merchant's own transactions included, so that a call stays short. */
export const readStretch = async (
  sql: Sql,
  book: BookKey,
  { before, since, limit }: { before: bigint | null; since: Date; limit: number },
): Promise<{ rows: readonly SystemTransaction[]; next: bigint | null }> => {
  const seen = await sql<SystemTransaction & { is_own: boolean; is_older: boolean }>`
    select t.id, t.seq, t.reference_id, t.currency, floor(extract(epoch from t.created_at))::bigint as recorded_at,
      t.reference_id like 'micro:%' as is_own, t.created_at < ${since} as is_older,
      case when t.reference_id like 'micro:%' then
        (select json_agg(json_build_object('account_id', a.public_id, 'amount_str', e.amount::text) order by e.leg)
         from ledger.entries e cross join lateral (
           select public_id from ledger.accounts where lane = e.lane and book = e.book and id = e.account offset 0) a
         where e.lane = t.lane and e.book = t.book and e.seq = t.seq) end as entries
    from ledger.books b cross join lateral (
      select * from ledger.transactions
      where lane = b.lane and book = b.id and (${before}::bigint is null or seq < ${before})
      order by seq desc
      limit ${limit}) t
    where b.lane = ${laneOf(book)} and b.merchant = ${book.merchant} and b.mode = ${book.mode}
    order by t.seq desc`
  const last = seen.at(-1)
  const rows = seen
    .filter(({ is_own, is_older }) => is_own && !is_older)
    .map(({ is_own: _, is_older: __, ...row }) => row)
  return { rows, next: seen.length === limit && last !== undefined && !last.is_older ? last.seq : null }
}
