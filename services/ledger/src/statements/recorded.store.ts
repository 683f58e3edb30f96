import type { Layer } from '@micro/contracts'
import { first, type Sql } from '@micro/postgres'
import type { BookKey } from '../books/book.ts'
import { laneOf } from '../books/lane.ts'
import type { EntryLine, EntryPlace } from './statement.ts'

/** Of an account's entries, those after `after` and up to `until`, as they were recorded. */
export interface RecordedRange {
  readonly after: Pick<EntryPlace, 'seq' | 'leg'>
  readonly until: Pick<EntryPlace, 'seq' | 'leg'>
  readonly limit: number
}

/** The place of an account's entry; undefined when there is no such entry on this layer of it. */
export const findEntryPlace = async (
  sql: Sql,
  book: BookKey,
  account: string,
  layer: Layer,
  { transaction, leg }: { transaction: string; leg: number },
): Promise<EntryPlace | undefined> =>
  first(
    await sql<EntryPlace>`
    select e.seq, e.leg, coalesce(t.booked_at, t.effective_at) as "countsAt" from ledger.accounts a
    join ledger.transactions t on t.lane = a.lane and t.book = a.book and t.id = ${transaction}
    join ledger.entries e on e.lane = t.lane and e.book = t.book and e.seq = t.seq and e.leg = ${leg}
    where a.lane = ${laneOf(book)} and a.merchant = ${book.merchant} and a.mode = ${book.mode} and a.public_id = ${account}
      and e.account = a.id and e.layer = ${layer}`,
  )

// The first comparison with a place is the index's, the second decides between legs of one transaction.

/** What was posted, oldest first, from the beginning of the range. */
export const listRecordedUp = (
  sql: Sql,
  book: BookKey,
  account: string,
  { after, until, limit }: RecordedRange,
): Promise<EntryLine[]> =>
  sql<EntryLine>`
    select e.seq, e.leg, e.amount, t.id as transaction, t.reference_id as reference, t.description,
      t.created_at as "createdAt", t.effective_at as "effectiveAt", t.booked_at as "bookedAt",
      coalesce(t.booked_at, t.effective_at) as "countsAt"
    from ledger.accounts a
    cross join lateral (
      select * from ledger.entries e
      where e.lane = a.lane and e.account = a.id and e.layer = 'posted'
        and e.seq >= ${after.seq} and (e.seq, e.leg) > (${after.seq}::bigint, ${after.leg}::smallint)
        and e.seq <= ${until.seq} and (e.seq, e.leg) <= (${until.seq}::bigint, ${until.leg}::smallint)
      order by e.seq, e.leg limit ${limit}
    ) e
    join ledger.transactions t on t.lane = e.lane and t.book = e.book and t.seq = e.seq
    where a.lane = ${laneOf(book)} and a.merchant = ${book.merchant} and a.mode = ${book.mode} and a.public_id = ${account}
    order by e.seq, e.leg`

/** What was posted, newest first, from the end of the range. */
export const listRecordedDown = (
  sql: Sql,
  book: BookKey,
  account: string,
  { after, until, limit }: RecordedRange,
): Promise<EntryLine[]> =>
  sql<EntryLine>`
    select e.seq, e.leg, e.amount, t.id as transaction, t.reference_id as reference, t.description,
      t.created_at as "createdAt", t.effective_at as "effectiveAt", t.booked_at as "bookedAt",
      coalesce(t.booked_at, t.effective_at) as "countsAt"
    from ledger.accounts a
    cross join lateral (
      select * from ledger.entries e
      where e.lane = a.lane and e.account = a.id and e.layer = 'posted'
        and e.seq >= ${after.seq} and (e.seq, e.leg) > (${after.seq}::bigint, ${after.leg}::smallint)
        and e.seq <= ${until.seq} and (e.seq, e.leg) <= (${until.seq}::bigint, ${until.leg}::smallint)
      order by e.seq desc, e.leg desc limit ${limit}
    ) e
    join ledger.transactions t on t.lane = e.lane and t.book = e.book and t.seq = e.seq
    where a.lane = ${laneOf(book)} and a.merchant = ${book.merchant} and a.mode = ${book.mode} and a.public_id = ${account}
    order by e.seq desc, e.leg desc`

/** Credits minus debits of the account on the entry's layer before an entry of it, in the order of recording. */
export const findNetBeforeEntry = async (
  sql: Sql,
  book: BookKey,
  account: string,
  { seq, leg }: Pick<EntryPlace, 'seq' | 'leg'>,
): Promise<bigint> =>
  first(
    await sql<{ net: bigint }>`
    select e.balance_after - e.amount as net from ledger.accounts a
    join ledger.entries e on e.lane = a.lane and e.book = a.book and e.account = a.id
    where a.lane = ${laneOf(book)} and a.merchant = ${book.merchant} and a.mode = ${book.mode} and a.public_id = ${account}
      and e.seq = ${seq} and e.leg = ${leg}`,
  )?.net ?? 0n
