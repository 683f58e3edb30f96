import type { Sql } from '@micro/postgres'
import type { BookKey } from '../books/book.ts'
import { laneOf } from '../books/lane.ts'
import type { RecordedRange } from './recorded.store.ts'
import type { EntryLine } from './statement.ts'

// A layer that the query named by a parameter could not be found by the index on what is pending.
// The first comparison with a place is the index's, the second decides between legs of one transaction.

/** What was held and given back, oldest first, from the beginning of the range. */
export const listPendingUp = (
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
      where e.lane = a.lane and e.account = a.id and e.layer = 'pending'
        and e.seq >= ${after.seq} and (e.seq, e.leg) > (${after.seq}::bigint, ${after.leg}::smallint)
        and e.seq <= ${until.seq} and (e.seq, e.leg) <= (${until.seq}::bigint, ${until.leg}::smallint)
      order by e.seq, e.leg limit ${limit}
    ) e
    join ledger.transactions t on t.lane = e.lane and t.book = e.book and t.seq = e.seq
    where a.lane = ${laneOf(book)} and a.merchant = ${book.merchant} and a.mode = ${book.mode} and a.public_id = ${account}
    order by e.seq, e.leg`

/** What was held and given back, newest first, from the end of the range. */
export const listPendingDown = (
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
      where e.lane = a.lane and e.account = a.id and e.layer = 'pending'
        and e.seq >= ${after.seq} and (e.seq, e.leg) > (${after.seq}::bigint, ${after.leg}::smallint)
        and e.seq <= ${until.seq} and (e.seq, e.leg) <= (${until.seq}::bigint, ${until.leg}::smallint)
      order by e.seq desc, e.leg desc limit ${limit}
    ) e
    join ledger.transactions t on t.lane = e.lane and t.book = e.book and t.seq = e.seq
    where a.lane = ${laneOf(book)} and a.merchant = ${book.merchant} and a.mode = ${book.mode} and a.public_id = ${account}
    order by e.seq desc, e.leg desc`
