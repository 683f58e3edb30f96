import type { HoldStatus, Mode } from '@micro/contracts'
import type { Sql } from '@micro/postgres'
import type { BookKey } from '../books/book.ts'
import { laneOf } from '../books/lane.ts'
import type { SeqRange } from '../transactions/transaction.store.ts'
import type { HoldFacts } from './hold.ts'

/** What became of the holds at these places of the book, by seq. */
export const loadHoldFacts = async (
  sql: Sql,
  book: BookKey,
  seqs: readonly bigint[],
): Promise<ReadonlyMap<bigint, HoldFacts>> => {
  const rows = await sql<HoldFacts & { seq: bigint }>`
    select h.seq, h.status, l.captured, l.remaining, c.transactions
    from ledger.books b
    join ledger.holds h on h.lane = b.lane and h.book = b.id
    cross join lateral (
      select array_agg(each.captured order by each.leg) as captured, array_agg(each.remaining order by each.leg) as remaining
      from (
        -- What takes back has the opposite sign of what was held, so what is left is the sum of both.
        select min(e.leg) filter (where e.seq = h.seq) as leg, coalesce(sum(e.amount) filter (where e.layer = 'posted'), 0) as captured,
          sum(e.amount) filter (where e.layer = 'pending') as remaining
        from (
          select h.seq union all
          select c.seq from ledger.transactions c
          where c.lane = h.lane and c.book = h.book and c.parent = h.seq and c.kind in ('capture', 'release', 'expire')
        ) s
        cross join lateral (
          select * from ledger.entries e where e.lane = h.lane and e.book = h.book and e.seq = s.seq offset 0
        ) e
        group by e.account
      ) each
    ) l
    cross join lateral (
      select coalesce(array_agg(c.id order by c.seq), '{}') as transactions
      from ledger.transactions c
      where c.lane = h.lane and c.book = h.book and c.parent = h.seq and c.kind in ('capture', 'release', 'expire')
    ) c
    where b.lane = ${laneOf(book)} and b.merchant = ${book.merchant} and b.mode = ${book.mode}
      and h.seq = any(${seqs}::bigint[])`
  return new Map(rows.map(({ seq, ...facts }) => [seq, facts]))
}

/** How many entries each of the holds and what followed it have together, in the order asked for. */
export const countHoldEntries = async (sql: Sql, book: BookKey, seqs: readonly bigint[]): Promise<number[]> =>
  (
    await sql<{ entries: number }>`
    select t.entry_count * (1 + (
      select count(*) from ledger.transactions c where c.lane = t.lane and c.book = t.book and c.parent = t.seq
    ))::int as entries
    from ledger.books b
    join ledger.transactions t on t.lane = b.lane and t.book = b.id
    where b.lane = ${laneOf(book)} and b.merchant = ${book.merchant} and b.mode = ${book.mode}
      and t.seq = any(${seqs}::bigint[])
    order by array_position(${seqs}::bigint[], t.seq)`
  ).map(({ entries }) => entries)

const seqsOf = (rows: readonly { seq: bigint }[]): bigint[] => rows.map(({ seq }) => seq)

/** Holds of this status, or of any; newest first. */
export const listHoldSeqsDown = async (
  sql: Sql,
  book: BookKey,
  status: HoldStatus | null,
  range: SeqRange,
): Promise<bigint[]> =>
  seqsOf(
    await sql<{ seq: bigint }>`
    select h.seq from ledger.books b
    join ledger.holds h on h.lane = b.lane and h.book = b.id
    where b.lane = ${laneOf(book)} and b.merchant = ${book.merchant} and b.mode = ${book.mode}
      and (${status}::text is null or h.status = ${status}) and h.seq > ${range.after} and h.seq < ${range.before}
    order by h.seq desc limit ${range.limit}`,
  )

/** As listHoldSeqsDown, oldest first. */
export const listHoldSeqsUp = async (
  sql: Sql,
  book: BookKey,
  status: HoldStatus | null,
  range: SeqRange,
): Promise<bigint[]> =>
  seqsOf(
    await sql<{ seq: bigint }>`
    select h.seq from ledger.books b
    join ledger.holds h on h.lane = b.lane and h.book = b.id
    where b.lane = ${laneOf(book)} and b.merchant = ${book.merchant} and b.mode = ${book.mode}
      and (${status}::text is null or h.status = ${status}) and h.seq > ${range.after} and h.seq < ${range.before}
    order by h.seq limit ${range.limit}`,
  )

/** As listHoldSeqsDown, of those on the account. */
export const listAccountHoldSeqsDown = async (
  sql: Sql,
  book: BookKey,
  account: string,
  { status, range }: { status: HoldStatus | null; range: SeqRange },
): Promise<bigint[]> =>
  seqsOf(
    await sql<{ seq: bigint }>`
    select h.seq from ledger.accounts a
    join ledger.entries e on e.lane = a.lane and e.book = a.book and e.account = a.id and e.layer = 'pending'
    join ledger.holds h on h.lane = e.lane and h.book = e.book and h.seq = e.seq
    where a.lane = ${laneOf(book)} and a.merchant = ${book.merchant} and a.mode = ${book.mode} and a.public_id = ${account}
      and (${status}::text is null or h.status = ${status}) and e.seq > ${range.after} and e.seq < ${range.before}
    order by e.seq desc limit ${range.limit}`,
  )

/** As listHoldSeqsUp, of those on the account. */
export const listAccountHoldSeqsUp = async (
  sql: Sql,
  book: BookKey,
  account: string,
  { status, range }: { status: HoldStatus | null; range: SeqRange },
): Promise<bigint[]> =>
  seqsOf(
    await sql<{ seq: bigint }>`
    select h.seq from ledger.accounts a
    join ledger.entries e on e.lane = a.lane and e.book = a.book and e.account = a.id and e.layer = 'pending'
    join ledger.holds h on h.lane = e.lane and h.book = e.book and h.seq = e.seq
    where a.lane = ${laneOf(book)} and a.merchant = ${book.merchant} and a.mode = ${book.mode} and a.public_id = ${account}
      and (${status}::text is null or h.status = ${status}) and e.seq > ${range.after} and e.seq < ${range.before}
    order by e.seq limit ${range.limit}`,
  )

/** A hold whose time has come, of whichever merchant: on nobody's behalf, each is given back in its own book. */
export interface DueHold {
  readonly merchant: string
  readonly mode: Mode
  readonly id: string
  readonly lane: number
  readonly book: bigint
  readonly seq: bigint
  readonly expires_at: Date
  readonly weight: number
}

/** The next open holds that were due by `now`, the longest due first. */
export const listDueHolds = (
  sql: Sql,
  now: Date,
  { after, limit }: { after: Pick<DueHold, 'expires_at' | 'lane' | 'book' | 'seq'>; limit: number },
): Promise<DueHold[]> => sql<DueHold>`
  select b.merchant, b.mode, t.id, h.lane, h.book, h.seq, h.expires_at, t.entry_count * (2 + (
    select count(*) from ledger.transactions c where c.lane = t.lane and c.book = t.book and c.parent = t.seq
  ) / 10)::int as weight
  from (
    select * from ledger.holds
    where status = 'open' and expires_at is not null and expires_at <= ${now}
      and (expires_at, lane, book, seq) > (${after.expires_at}, ${after.lane}::smallint, ${after.book}, ${after.seq})
    order by expires_at, lane, book, seq limit ${limit}
  ) h
  join ledger.books b on b.lane = h.lane and b.id = h.book
  join ledger.transactions t on t.lane = h.lane and t.book = h.book and t.seq = h.seq
  order by h.expires_at, h.lane, h.book, h.seq`
