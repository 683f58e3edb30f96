import type { Tenant } from '@micro/contracts'
import { first, type Sql } from '@micro/postgres'
import type { EventRow } from './event.ts'

export const selectEvent = async (sql: Sql, { merchant, mode }: Tenant, id: string): Promise<EventRow | undefined> =>
  first(
    await sql<EventRow>`
    select merchant, mode, seq, id, type, api_version, created_at, request_id, idempotency_key, object
    from events.events
    where merchant = ${merchant} and mode = ${mode} and id = ${id}`,
  )

/** The newest events before a seq (null: before none), newest first. */
export const selectEventsBefore = (
  sql: Sql,
  { merchant, mode }: Tenant,
  page: { before: bigint | null; types: readonly string[] | null; limit: number },
) => sql<EventRow>`
  select merchant, mode, seq, id, type, api_version, created_at, request_id, idempotency_key, object
  from events.events
  where merchant = ${merchant} and mode = ${mode}
    and (${page.before}::bigint is null or seq < ${page.before}::bigint)
    and (${page.types}::text[] is null or type = any(${page.types}::text[]))
  order by seq desc
  limit ${page.limit}`

/** The oldest events after a seq, oldest first. */
export const selectEventsAfter = (
  sql: Sql,
  { merchant, mode }: Tenant,
  page: { after: bigint; types: readonly string[] | null; limit: number },
) => sql<EventRow>`
  select merchant, mode, seq, id, type, api_version, created_at, request_id, idempotency_key, object
  from events.events
  where merchant = ${merchant} and mode = ${mode} and seq > ${page.after}
    and (${page.types}::text[] is null or type = any(${page.types}::text[]))
  order by seq
  limit ${page.limit}`

/** The newest seq given out, 0 before the first event. */
export const selectHead = async (sql: Sql, { merchant, mode }: Tenant): Promise<bigint> => {
  const head = first(
    await sql<{ last_seq: bigint }>`
    select last_seq from events.heads where merchant = ${merchant} and mode = ${mode}`,
  )
  return head?.last_seq ?? 0n
}

/** Throws when the database cannot answer now. */
export const ping = (sql: Sql) => sql`select 1`
