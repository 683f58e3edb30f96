import type { Sql } from '@micro/postgres'

interface Old {
  readonly before: Date
  readonly limit: number
}

/** Of all merchants. How many. */
export const deleteAttemptsBefore = async (sql: Sql, { before, limit }: Old): Promise<number> => {
  const rows = await sql`
    delete from events.delivery_attempts
    where (merchant, mode, id) in (
      select merchant, mode, id from events.delivery_attempts where started_at < ${before} order by started_at
      limit ${limit})
    returning id`
  return rows.length
}

/** Of all merchants; those that still wait stay, however old. How many. */
export const deleteDeliveriesBefore = async (sql: Sql, { before, limit }: Old): Promise<number> => {
  const rows = await sql`
    delete from events.deliveries
    where (merchant, mode, id) in (
      select merchant, mode, id from events.deliveries
      where created_at < ${before} and status <> 'pending'
      order by created_at
      limit ${limit}
      for update skip locked)
    returning id`
  return rows.length
}

/** Of all merchants: secrets that sign nothing any more. */
export const eraseOldSecrets = (sql: Sql, now: Date) => sql`
  update events.webhook_endpoints set previous_secret = null, previous_secret_until = null
  where previous_secret_until <= ${now}`
