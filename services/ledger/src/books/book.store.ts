import type { Sql } from '@micro/postgres'
import type { BookKey } from './book.ts'
import { laneOf } from './lane.ts'

/** Opens the merchant's book, unless it is open already. */
export const insertBook = async (sql: Sql, book: BookKey, now: Date): Promise<void> => {
  await sql`
    insert into ledger.books (lane, merchant, mode, created_at)
    values (${laneOf(book)}, ${book.merchant}, ${book.mode}, ${now})
    on conflict (lane, merchant, mode) do nothing`
}

/** Throws when the ledger cannot be reached or was not migrated. */
export const probe = async (sql: Sql): Promise<void> => {
  await sql`select from ledger.books limit 1`
}
