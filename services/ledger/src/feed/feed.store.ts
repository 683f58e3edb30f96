import type { Mode } from '@micro/contracts'
import { first, type Sql } from '@micro/postgres'
import type { BookKey } from '../books/book.ts'
import { laneOf } from '../books/lane.ts'
import type { BookHead } from './doorbell.ts'

/** The book's last seq; 0 without a book. */
export const findHead = async (sql: Sql, book: BookKey): Promise<bigint> =>
  first(
    await sql<{ last_seq: bigint }>`
    select last_seq from ledger.books
    where lane = ${laneOf(book)} and merchant = ${book.merchant} and mode = ${book.mode}`,
  )?.last_seq ?? 0n

/** The last seqs of those of the books that are open. */
export const findHeads = async (sql: Sql, books: readonly BookKey[]): Promise<BookHead[]> =>
  (
    await sql<{ merchant: string; mode: Mode; last_seq: bigint }>`
    select b.merchant, b.mode, b.last_seq
    from unnest(
      ${books.map(laneOf)}::smallint[], ${books.map(({ merchant }) => merchant)}::text[],
      ${books.map(({ mode }) => mode)}::text[]
    ) as asked (lane, merchant, mode)
    cross join lateral (
      select * from ledger.books b where b.lane = asked.lane and b.merchant = asked.merchant and b.mode = asked.mode
      offset 0 -- looks each of them up, where a join might read all books there are
    ) b`
  ).map(({ last_seq, ...book }) => ({ ...book, seqLast: last_seq }))

export const findHash = async (sql: Sql, book: BookKey, seq: bigint): Promise<Buffer | undefined> =>
  first(
    await sql<{ hash: Buffer }>`
    select t.hash from ledger.books b
    join ledger.transactions t on t.lane = b.lane and t.book = b.id
    where b.lane = ${laneOf(book)} and b.merchant = ${book.merchant} and b.mode = ${book.mode} and t.seq = ${seq}`,
  )?.hash
