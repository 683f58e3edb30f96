import type { Sql } from '@micro/postgres'
import type { Charge } from '../charges/charge.ts'

/** The posting worker's work, of all merchants: charges the ledger has not confirmed yet. Takes them until `until`. */
export const takeDuePostings = (
  sql: Sql,
  { now, until, limit }: { now: Date; until: Date; limit: number },
) => sql<Charge>`
  update payments.charges set posting_after = ${until}
  where id in (
    select id from payments.charges
    where posting = 'due' and posting_after <= ${now}
    order by posting_after
    limit ${limit}
    for update skip locked)
  returning *`

export const savePosted = (sql: Sql, { merchant, mode, id }: Charge, ledgerTransaction: string) => sql`
  update payments.charges set posting = 'done', posting_after = null, ledger_transaction = ${ledgerTransaction}
  where merchant = ${merchant} and mode = ${mode} and id = ${id} and posting = 'due'`

export const deferPosting = (sql: Sql, { merchant, mode, id }: Charge, { after }: { after: Date }) => sql`
  update payments.charges set posting_attempts = posting_attempts + 1, posting_after = ${after}
  where merchant = ${merchant} and mode = ${mode} and id = ${id} and posting = 'due'`
