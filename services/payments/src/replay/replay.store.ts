import type { Sql } from '@micro/postgres'

interface Batch {
  readonly since: Date
  /** The last id of the batch before. */
  readonly after: string
  readonly limit: number
}

/** Movements of all merchants that the ledger has confirmed and that were made since: their next batch is due again. */
export const makePostingsDue = (sql: Sql, { since, after, limit, now }: Batch & { now: Date }) => sql<{ id: string }>`
  update payments.movements set posting = 'due', posting_after = ${now}, posting_attempts = 0, ledger_transaction = null
  where id in (
    select id from payments.movements
    where posting = 'done' and recorded_at >= ${since} and id > ${after}
    order by id
    limit ${limit}
    for update)
  returning id`

/** Events of all merchants that were acknowledged since, oldest first: to be fetched again. */
export const forgetAcknowledgements = (sql: Sql, { since, limit }: { since: Date; limit: number }) => sql`
  update payments.outbox set acked_at = null
  where id in (
    select id from payments.outbox where acked_at >= ${since} order by acked_at, id limit ${limit} for update)
  returning id`
