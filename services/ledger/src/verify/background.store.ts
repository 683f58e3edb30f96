import { first, only, type Sql } from '@micro/postgres'
import type { Work } from './lease.store.ts'
import type { BookRow } from './verify.ts'
import type { CountedFinding } from './verify.work.ts'
import type { WalkPlace } from './walk.ts'

// Of all merchants' books, on nobody's behalf: the ledger looks after itself.

type Place = Pick<BookRow, 'lane' | 'id'>
export type OwnWork = Exclude<Work, 'asked'>

export interface Progress {
  readonly place: WalkPlace
  /** Null while no pass is under way. */
  readonly untilSeq: bigint | null
  readonly beganAt: Date | null
}

interface ProgressRow {
  seq: bigint
  hash: Buffer | null
  account: bigint | null
  until_seq: bigint | null
  began_at: Date | null
}

/** The next books whose head is not the one that was verified last. */
export const listBooksWithNews = (sql: Sql, { after, limit }: { after: Place; limit: number }) => sql<BookRow>`
  select b.lane, b.id, b.merchant, b.mode, coalesce(b.origin_merchant, b.merchant) as origin_merchant,
    coalesce(b.origin_mode, b.mode) as origin_mode, b.last_seq, b.head_hash
  from ledger.books b
  left join ledger.verifications v on v.lane = b.lane and v.book = b.id and v.work = 'news'
  where (b.lane, b.id) > (${after.lane}::smallint, ${after.id}::bigint)
    and (b.last_seq > coalesce(v.seq, 0)
      -- Set back, or another than it was: told once.
      or (v.problem is null and (b.last_seq < v.seq or b.head_hash <> v.hash)))
  order by b.lane, b.id limit ${limit}`

/** The next book that was not verified whole since `before`. */
export const findBookForWhole = async (
  sql: Sql,
  { after, before }: { after: Place; before: Date },
): Promise<BookRow | undefined> =>
  first(
    await sql<BookRow>`
    select b.lane, b.id, b.merchant, b.mode, coalesce(b.origin_merchant, b.merchant) as origin_merchant,
    coalesce(b.origin_mode, b.mode) as origin_mode, b.last_seq, b.head_hash
  from ledger.books b
    left join ledger.verifications v on v.lane = b.lane and v.book = b.id and v.work = 'whole'
    where (b.lane, b.id) > (${after.lane}::smallint, ${after.id}::bigint) and b.last_seq > 0
      and (v.passed_at is null or v.passed_at <= ${before}::timestamptz)
    order by b.lane, b.id limit 1`,
  )

export const findProgress = async (sql: Sql, book: Place, work: OwnWork): Promise<Progress | undefined> => {
  const row = first(
    await sql<ProgressRow>`
    select seq, hash, account, until_seq, began_at from ledger.verifications
    where lane = ${book.lane} and book = ${book.id} and work = ${work}`,
  )
  return (
    row && {
      place: { seq: row.seq, hash: row.hash, account: row.account },
      untilSeq: row.until_seq,
      beganAt: row.began_at,
    }
  )
}

/** Notes how far it has come; `passedAt` when that is the end. */
export const saveProgress = async (
  sql: Sql,
  book: Place,
  {
    work,
    place,
    untilSeq,
    beganAt,
    passedAt = null,
  }: { work: OwnWork; place: WalkPlace; untilSeq: bigint | null; beganAt: Date; passedAt?: Date | null },
): Promise<void> => {
  await sql`
    insert into ledger.verifications as own (lane, book, work, seq, hash, account, until_seq, began_at, passed_at)
    values (${book.lane}, ${book.id}, ${work}, ${place.seq}, ${place.hash}::bytea, ${place.account}, ${untilSeq},
      ${beganAt}::timestamptz, ${passedAt}::timestamptz)
    on conflict (lane, book, work) do update
    set seq = excluded.seq, hash = excluded.hash, account = excluded.account, until_seq = excluded.until_seq,
      began_at = excluded.began_at, passed_at = coalesce(excluded.passed_at, own.passed_at)`
}

export const saveProblem = async (
  sql: Sql,
  book: Place,
  { work, finding, now }: { work: OwnWork; finding: CountedFinding; now: Date },
): Promise<void> => {
  await sql`
    update ledger.verifications
    set problem = ${finding.problem}, problem_seq = ${finding.seq ?? null}::bigint,
      problem_account = ${finding.account ?? null}, problem_at = ${now}::timestamptz
    where lane = ${book.lane} and book = ${book.id} and work = ${work}`
}

/** Takes back what was found before: everything was derived anew since, is sound, and ends at `place`. */
export const clearProblems = async (
  sql: Sql,
  book: Place,
  { foundBefore, place }: { foundBefore: Date; place: WalkPlace },
): Promise<void> => {
  await sql`
    update ledger.verifications
    set problem = null, problem_seq = null, problem_account = null, problem_at = null,
      seq = case work when 'news' then ${place.seq} else seq end,
      hash = case work when 'news' then ${place.hash}::bytea else hash end
    where lane = ${book.lane} and book = ${book.id} and problem_at < ${foundBefore}::timestamptz`
}

export const countWrongBooks = async (sql: Sql): Promise<number> =>
  Number(
    only(
      await sql<{ books: bigint }>`
      select count(distinct (lane, book)) as books from ledger.verifications where problem is not null`,
    ).books,
  )

/** Transactions that were recorded and not verified yet, of all books. */
export const countUnverified = async (sql: Sql): Promise<number> =>
  Number(
    only(
      await sql<{ transactions: bigint | null }>`
      select sum(greatest(b.last_seq - coalesce(v.seq, 0), 0))::bigint as transactions from ledger.books b
      left join ledger.verifications v on v.lane = b.lane and v.book = b.id and v.work = 'news'`,
    ).transactions ?? 0n,
  )
