import type { Sql } from '@micro/postgres'
import type { BookKey } from '../books/book.ts'
import { laneOf } from '../books/lane.ts'
import type { NewErasure } from './erasure.ts'

/** Erases the words of the transaction at this place of the book, and records it, in one; nothing where it has none. */
export const eraseText = async (
  sql: Sql,
  book: BookKey,
  seq: bigint,
  { reason, by, requestId, at }: NewErasure,
): Promise<void> => {
  await sql`
    select ledger.erase_text(b.lane, b.id, ${seq}::bigint, ${reason}, ${by}, ${requestId}, ${at}::timestamptz)
    from ledger.books b
    where b.lane = ${laneOf(book)} and b.merchant = ${book.merchant} and b.mode = ${book.mode}`
}
