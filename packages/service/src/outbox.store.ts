import type { Mode } from '@micro/contracts'
import { only, type Sql } from '@micro/postgres'

export interface OutboxRow {
  id: bigint
  event_id: string
  merchant: string
  mode: Mode
  type: string
  created_at: Date
  request_id: string | null
  idempotency_key: string | null
  object: Record<string, unknown>
  /** What changed members were; null of what tells of no change. */
  previous_attributes: Record<string, unknown> | null
}

/** Append only after the changed object's row is locked: then the ids of one object's events follow its commit order. */
export const insertOutbox = (
  sql: Sql,
  origin: Pick<OutboxRow, 'merchant' | 'mode' | 'created_at' | 'request_id' | 'idempotency_key'>,
  events: readonly Pick<OutboxRow, 'event_id' | 'type' | 'object' | 'previous_attributes'>[],
) => sql`
  insert into outbox (event_id, merchant, mode, type, created_at, request_id, idempotency_key, object, previous_attributes)
  select event_id, ${origin.merchant}::text, ${origin.mode}::text, type, ${origin.created_at}::timestamptz,
    ${origin.request_id}::text, ${origin.idempotency_key}::text, object, previous_attributes
  from unnest(
    ${events.map((event) => event.event_id)}::text[], ${events.map((event) => event.type)}::text[],
    ${events.map((event) => event.object)}::json[], ${events.map((event) => event.previous_attributes)}::json[]
  ) with ordinality as event (event_id, type, object, previous_attributes, nth)
  order by nth`

/**
 * Every committed row not yet acknowledged. Never `id > last`: ids are taken before commit, so a lower one may
 * appear after a higher one was read.
 */
export const selectUnacknowledged = (sql: Sql, limit: number) => sql<OutboxRow>`
  select id, event_id, merchant, mode, type, created_at, request_id, idempotency_key, object,
    previous_attributes
  from outbox
  where acked_at is null
  order by id
  limit ${limit}`

export const acknowledge = async (sql: Sql, ids: readonly bigint[], now: Date): Promise<number> =>
  (await sql`update outbox set acked_at = ${now} where id = any(${ids}::bigint[]) and acked_at is null returning id`)
    .length

const measuredMax = 10_000

/** How much waits, of all merchants, and since when, by the database's clock. Bounded, however much it is. */
export const measureOutbox = async (sql: Sql): Promise<{ rows: number; oldestSeconds: number }> => {
  const { rows, seconds } = only(
    await sql<{ rows: bigint; seconds: number }>`
    select count(*) as rows, coalesce(extract(epoch from clock_timestamp() - min(created_at))::float8, 0) as seconds
    from (select created_at from outbox where acked_at is null order by id limit ${measuredMax}) as waiting`,
  )
  return { rows: Number(rows), oldestSeconds: Math.max(0, seconds) }
}

/** Acknowledged rows live on in the events service; here they are only in the way. */
export const deleteAcknowledged = async (sql: Sql, before: Date): Promise<number> =>
  (
    await sql`
      delete from outbox where id in (select id from outbox where acked_at < ${before} order by id limit 1000)
      returning id`
  ).length
