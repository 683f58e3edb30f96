import { first, type Sql } from '@micro/postgres'
import type { BookKey } from '../books/book.ts'
import { laneOf } from '../books/lane.ts'
import type { BookRow, EntryRow } from './verify.ts'

/** Of one book alone, each statement by itself: what belongs together is read in one, so that nothing holds a snapshot. */
type Place = Pick<BookRow, 'lane' | 'id'>

export const findBookRow = async (sql: Sql, book: BookKey): Promise<BookRow | undefined> =>
  first(
    await sql<BookRow>`
    select lane, id, merchant, mode, coalesce(origin_merchant, merchant) as origin_merchant,
      coalesce(origin_mode, mode) as origin_mode, last_seq, head_hash
    from ledger.books
    where lane = ${laneOf(book)} and merchant = ${book.merchant} and mode = ${book.mode}`,
  )

/** A transaction that stands behind the book's newest, if there is one. */
export const findBeyondHead = async (sql: Sql, { lane, id }: Place): Promise<bigint | undefined> =>
  first(
    await sql<{ seq: bigint }>`
    select t.seq from ledger.books b
    join ledger.transactions t on t.lane = b.lane and t.book = b.id and t.seq > b.last_seq
    where b.lane = ${lane} and b.id = ${id}
    order by t.seq limit 1`,
  )?.seq

interface Orphans {
  readonly seq: bigint
  readonly found: bigint
}

/** The first entry within these seqs that belongs to no transaction, and how many there are. */
export const findOrphanEntriesWithin = async (
  sql: Sql,
  { lane, id }: Place,
  { after, until }: { after: bigint; until: bigint },
): Promise<Orphans | undefined> =>
  first(
    await sql<Orphans>`
    select e.seq, sum(e.legs) over ()::bigint as found from (
      select seq, count(*) as legs from ledger.entries
      where lane = ${lane} and book = ${id} and seq > ${after} and seq <= ${until} group by seq
    ) e
    where not exists (
      select from ledger.transactions t where t.lane = ${lane} and t.book = ${id} and t.seq = e.seq
      offset 0 -- looks each up by its key, where a join might read the whole book for each
    )
    order by e.seq limit 1`,
  )

export interface CheckpointRow {
  readonly seq: bigint
  readonly hash: Buffer
  readonly token: string
}

/** The checkpoints the book has within these seqs. */
export const listCheckpointsWithin = (
  sql: Sql,
  { lane, id }: Place,
  { after, until }: { after: bigint; until: bigint },
) => sql<CheckpointRow>`
  select seq, hash, token from ledger.checkpoints
  where lane = ${lane} and book = ${id} and seq > ${after} and seq <= ${until}
  order by seq`

/** The book's next accounts, by number: as many as say that they have about `limit` entries together, at least one. */
export const listNextAccounts = async (
  sql: Sql,
  { lane, id }: Place,
  { after, limit }: { after: bigint; limit: number },
): Promise<bigint[]> =>
  (
    await sql<{ id: bigint }>`
    select id from (
      select a.id, sum(greatest(a.version, 1)) over (order by a.id) - greatest(a.version, 1) as entries_before
      from (
        select id, version from ledger.accounts
        where lane = ${lane} and book = ${id} and id > ${after}
        order by id limit ${limit}
      ) a
    ) counted
    where entries_before < ${limit}::bigint
    order by id`
  ).map((row) => row.id)

/** The next entries of these accounts, account by account, each account's in the order of posting. */
export const listEntriesOf = (
  sql: Sql,
  { lane, id }: Place,
  {
    accounts,
    after,
    limit,
  }: { accounts: readonly bigint[]; after: Pick<EntryRow, 'account' | 'seq' | 'leg'>; limit: number },
) => sql<EntryRow>`
  select a.book, a.id as account, e.seq, e.leg, e.layer, e.amount, e.balance_after, e.account_version,
    a.public_id, a.posted_credits, a.posted_debits, a.pending_credits, a.pending_debits, a.version,
    e.layer = 'pending' and coalesce((
      select t.kind <> 'hold' from ledger.transactions t where t.lane = e.lane and t.book = e.book and t.seq = e.seq
    ), false) as takes_back
  from ledger.accounts a
  cross join lateral (
    select * from ledger.entries e
    -- By the index on account and seq: named without its book, which an account has but one of, no other will do.
    where e.lane = a.lane and e.account = a.id
      and e.seq >= case when a.id = ${after.account}::bigint then ${after.seq}::bigint else 0 end
      and (a.id > ${after.account}::bigint or (e.seq, e.leg) > (${after.seq}::bigint, ${after.leg}::smallint))
    order by e.seq, e.leg limit ${limit}
  ) e
  where a.lane = ${lane} and a.book = ${id} and a.id = any(${accounts}::bigint[])
  order by a.id, e.seq, e.leg limit ${limit}`
