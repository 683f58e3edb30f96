import type { HoldStatus, TransactionKind } from '@micro/contracts'
import { first, type Sql } from '@micro/postgres'
import type { BookKey } from '../books/book.ts'
import { laneOf } from '../books/lane.ts'
import type { ParentPlace } from './action.ts'
import type { BookPlace } from './posting.store.ts'

/** What the transactions that follow a parent come to. */
export interface Following {
  readonly book: bigint
  readonly seq: bigint
  /** Null when the parent is no hold. */
  readonly status: HoldStatus | null
  readonly captures: number
  readonly reversed_by: string | null
  /** Accounts of a hold, by the merchant's names, and what of each entry is left. */
  readonly accounts: readonly string[] | null
  readonly remaining: readonly bigint[] | null
}

/** Stable under the locks of the books, as nothing else follows a transaction. */
export const loadFollowing = (
  sql: Sql,
  asked: readonly (BookPlace & { readonly seq: bigint })[],
): Promise<Following[]> => sql<Following>`
  select asked.book, asked.seq, h.status, e.accounts, e.remaining,
    (select count(*)::int from ledger.transactions c
      where c.lane = asked.lane and c.book = asked.book and c.parent = asked.seq and c.kind = 'capture') as captures,
    (select r.id from ledger.transactions r
      where r.lane = asked.lane and r.book = asked.book and r.parent = asked.seq and r.kind = 'reversal') as reversed_by
  from unnest(
    ${asked.map(({ lane }) => lane)}::smallint[], ${asked.map(({ id }) => id)}::bigint[],
    ${asked.map(({ seq }) => seq)}::bigint[]
  ) as asked (lane, book, seq)
  left join lateral (
    select * from ledger.holds h where h.lane = asked.lane and h.book = asked.book and h.seq = asked.seq offset 0
  ) h on true
  left join lateral (
    select array_agg(a.public_id order by l.leg) as accounts, array_agg(l.remaining order by l.leg) as remaining
    from ledger.held l
    cross join lateral (
      select * from ledger.accounts a where a.lane = l.lane and a.book = l.book and a.id = l.account offset 0
    ) a
    where l.lane = h.lane and l.book = h.book and l.seq = h.seq
  ) e on h.status is not null`

/** Where a transaction of the book stands that others may follow; undefined when there is none. */
export const findParentPlace = async (
  sql: Sql,
  book: BookKey,
  id: string,
): Promise<(ParentPlace & { readonly kind: TransactionKind }) | undefined> =>
  first(
    await sql<ParentPlace & { kind: TransactionKind }>`
    select t.id, t.seq, t.kind, t.entry_count * (2 + (
      select count(*) from ledger.transactions c where c.lane = t.lane and c.book = t.book and c.parent = t.seq
    ) / 10)::int as weight
    from ledger.books b
    join ledger.transactions t on t.lane = b.lane and t.book = b.id
    where b.lane = ${laneOf(book)} and b.merchant = ${book.merchant} and b.mode = ${book.mode} and t.id = ${id}`,
  )
