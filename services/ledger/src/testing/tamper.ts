/** What somebody may do who owns the server: change the past, and make all hashes anew so that it agrees with itself. */
import type { Sql } from '@micro/postgres'
import { genesisOf, linkOf } from '../chain/content.ts'
import type { BookKey } from '../books/book.ts'

/** Takes the triggers away within the open database transaction. */
export const withoutTriggers = async (sql: Sql): Promise<void> => {
  await sql`set local session_replication_role = replica`
  await sql`alter table ledger.books disable trigger user`
  await sql`alter table ledger.accounts disable trigger user`
  await sql`alter table ledger.transactions disable trigger user`
  await sql`alter table ledger.entries disable trigger user`
  await sql`alter table ledger.checkpoints disable trigger user`
  await sql`alter table ledger.erasures disable trigger user`
  await sql`alter table ledger.holds disable trigger user`
  await sql`alter table ledger.shifted_entries disable trigger user`
  await sql`alter table ledger.periods disable trigger user`
  await sql`alter table ledger.period_totals disable trigger user`
}

/** Makes content hashes, chain and head anew from what stands there now. */
export const makeHashesAnew = async (sql: Sql, book: BookKey): Promise<void> => {
  const rows = await sql<{ lane: number; book: bigint; seq: bigint; hash: Buffer }>`
    select c.lane, c.book, c.seq, c.hash from ledger.books b
    join ledger.contents c on c.lane = b.lane and c.book = b.id
    where b.merchant = ${book.merchant} and b.mode = ${book.mode}
    order by c.seq`
  let head = genesisOf(book)
  for (const row of rows) {
    head = linkOf(head, row.hash)
    await sql`
      update ledger.transactions set content_hash = ${row.hash}, hash = ${head}
      where lane = ${row.lane} and book = ${row.book} and seq = ${row.seq}`
  }
  await sql`update ledger.books set head_hash = ${head} where merchant = ${book.merchant} and mode = ${book.mode}`
}
