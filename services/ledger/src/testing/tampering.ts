import type { Database, Sql } from '@micro/postgres'
import { verifyLedger, type Verification } from '../verify/verify.work.ts'

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
      await sql`set local session_replication_role = replica`
      await sql`alter table ledger.books disable trigger user`
      await sql`alter table ledger.accounts disable trigger user`
      await sql`alter table ledger.transactions disable trigger user`
      await sql`alter table ledger.entries disable trigger user`
      await sql`alter table ledger.holds disable trigger user`
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
