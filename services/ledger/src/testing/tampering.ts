/** What somebody may do who owns the server: change the past, and make all hashes anew so that it agrees with itself. */
import type { Database, Sql } from '@micro/postgres'
import type { BookKey } from '../books/book.ts'
import { genesisOf, linkOf } from '../chain/content.ts'
import { verifyLedger, type Verification } from '../verify/verify.work.ts'

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

const rolledBack = new Error('rolled back')

/** Verifies what the ledger would say after the change, made by a superuser without the triggers; then undoes it. */
export const foundAfter = async (
  superuser: Database,
  change: (sql: Sql) => Promise<unknown>,
  batchMax = 5,
): Promise<Verification | undefined> => {
  let found: Verification | undefined
  await superuser
    .transaction(async (sql) => {
      await withoutTriggers(sql)
      await change(sql)
      // The same open transaction answers for the database, so that nothing of this outlives the test.
      const within = { sql, transaction: (work: (of: typeof sql) => Promise<unknown>) => work(sql) }
      found = await verifyLedger(within as unknown as Database, { batchMax })
      throw rolledBack
    })
    .catch((error: unknown) => {
      if (error !== rolledBack) throw error
    })
  return found
}
