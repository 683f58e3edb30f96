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

/** Which events are listed; null: whatever it is. From `from` (inclusive) to `until` (exclusive). */
interface EventFilter {
  readonly types: readonly string[] | null
  /** Whether the ledger's are among them. */
  readonly ledger: boolean
  readonly from: Date | null
  readonly until: Date | null
  readonly limit: number
}

/** The newest events before a seq (null: before none), newest first. */
export const selectEventsBefore = (
  sql: Sql,
  { merchant, mode }: Tenant,
  page: EventFilter & { readonly before: bigint | null },
) => sql<EventRow>`
  select merchant, mode, seq, id, type, api_version, created_at, request_id, idempotency_key, object
  from events.events
  where merchant = ${merchant} and mode = ${mode}
    and (${page.before}::bigint is null or seq < ${page.before}::bigint)
    and (${page.types}::text[] is null or type = any(${page.types}::text[]))
    and (${page.ledger} or not starts_with(type, 'ledger.'))
    and (${page.from}::timestamptz is null or created_at >= ${page.from}::timestamptz)
    and (${page.until}::timestamptz is null or created_at < ${page.until}::timestamptz)
  order by seq desc
  limit ${page.limit}`

/** The oldest events after a seq, oldest first. */
export const selectEventsAfter = (
  sql: Sql,
  { merchant, mode }: Tenant,
  page: EventFilter & { readonly after: bigint },
) => sql<EventRow>`
  select merchant, mode, seq, id, type, api_version, created_at, request_id, idempotency_key, object
  from events.events
  where merchant = ${merchant} and mode = ${mode} and seq > ${page.after}
    and (${page.types}::text[] is null or type = any(${page.types}::text[]))
    and (${page.ledger} or not starts_with(type, 'ledger.'))
    and (${page.from}::timestamptz is null or created_at >= ${page.from}::timestamptz)
    and (${page.until}::timestamptz is null or created_at < ${page.until}::timestamptz)
  order by seq
  limit ${page.limit}`

/**
 * The newest of those that tell of an object, or of what belongs to that payment or customer, before a seq (null: before
 * none), newest first. Each of the three ways is read by its own index, in order, and no further than a page.
 */
export const selectRelatedBefore = (
  sql: Sql,
  { merchant, mode }: Tenant,
  page: EventFilter & { readonly related: string; readonly before: bigint | null },
) => sql<EventRow>`
  select merchant, mode, seq, id, type, api_version, created_at, request_id, idempotency_key, object from (
    (select * from events.events
      where merchant = ${merchant} and mode = ${mode} and object_id = ${page.related} and seq < coalesce(${page.before}::bigint, 9223372036854775807)
        and (${page.types}::text[] is null or type = any(${page.types}::text[]))
        and (${page.ledger} or not starts_with(type, 'ledger.'))
        and created_at >= coalesce(${page.from}::timestamptz, '-infinity')
        and created_at < coalesce(${page.until}::timestamptz, 'infinity')
      order by seq desc limit ${page.limit})
    union all
    (select * from events.events
      where merchant = ${merchant} and mode = ${mode} and payment_intent = ${page.related} and seq < coalesce(${page.before}::bigint, 9223372036854775807)
        and (${page.types}::text[] is null or type = any(${page.types}::text[]))
        and (${page.ledger} or not starts_with(type, 'ledger.'))
        and created_at >= coalesce(${page.from}::timestamptz, '-infinity')
        and created_at < coalesce(${page.until}::timestamptz, 'infinity')
      order by seq desc limit ${page.limit})
    union all
    (select * from events.events
      where merchant = ${merchant} and mode = ${mode} and customer = ${page.related} and seq < coalesce(${page.before}::bigint, 9223372036854775807)
        and (${page.types}::text[] is null or type = any(${page.types}::text[]))
        and (${page.ledger} or not starts_with(type, 'ledger.'))
        and created_at >= coalesce(${page.from}::timestamptz, '-infinity')
        and created_at < coalesce(${page.until}::timestamptz, 'infinity')
      order by seq desc limit ${page.limit})
  ) as related
  order by seq desc
  limit ${page.limit}`

/** The oldest of those after a seq, oldest first. */
export const selectRelatedAfter = (
  sql: Sql,
  { merchant, mode }: Tenant,
  page: EventFilter & { readonly related: string; readonly after: bigint },
) => sql<EventRow>`
  select merchant, mode, seq, id, type, api_version, created_at, request_id, idempotency_key, object from (
    (select * from events.events
      where merchant = ${merchant} and mode = ${mode} and object_id = ${page.related} and seq > ${page.after}
        and (${page.types}::text[] is null or type = any(${page.types}::text[]))
        and (${page.ledger} or not starts_with(type, 'ledger.'))
        and created_at >= coalesce(${page.from}::timestamptz, '-infinity')
        and created_at < coalesce(${page.until}::timestamptz, 'infinity')
      order by seq limit ${page.limit})
    union all
    (select * from events.events
      where merchant = ${merchant} and mode = ${mode} and payment_intent = ${page.related} and seq > ${page.after}
        and (${page.types}::text[] is null or type = any(${page.types}::text[]))
        and (${page.ledger} or not starts_with(type, 'ledger.'))
        and created_at >= coalesce(${page.from}::timestamptz, '-infinity')
        and created_at < coalesce(${page.until}::timestamptz, 'infinity')
      order by seq limit ${page.limit})
    union all
    (select * from events.events
      where merchant = ${merchant} and mode = ${mode} and customer = ${page.related} and seq > ${page.after}
        and (${page.types}::text[] is null or type = any(${page.types}::text[]))
        and (${page.ledger} or not starts_with(type, 'ledger.'))
        and created_at >= coalesce(${page.from}::timestamptz, '-infinity')
        and created_at < coalesce(${page.until}::timestamptz, 'infinity')
      order by seq limit ${page.limit})
  ) as related
  order by seq
  limit ${page.limit}`

/**
 * The oldest events after a seq for one who follows them, as many as come to some bytes: at least one. Whoever wants more
 * asks again.
 */
export const selectStretch = (
  sql: Sql,
  { merchant, mode }: Tenant,
  { after, limit, bytesMax }: { after: bigint; limit: number; bytesMax: number },
) => sql<EventRow>`
  select merchant, mode, seq, id, type, api_version, created_at, request_id, idempotency_key, object from (
    select page.*, sum(octet_length(object::text)) over (order by seq) - octet_length(object::text) as bytes_before
    from (
      select merchant, mode, seq, id, type, api_version, created_at, request_id, idempotency_key, object
      from events.events
      where merchant = ${merchant} and mode = ${mode} and seq > ${after}
      order by seq
      limit ${limit}) as page) as sized
  where bytes_before < ${bytesMax}
  order by seq`

/** To how many webhook endpoints each of these events is still to be delivered; those to none are left out. */
export const selectPending = (sql: Sql, { merchant, mode }: Tenant, seqs: readonly bigint[]) => sql<{
  seq: bigint
  pending: bigint
}>`
  select seq, count(*) as pending from events.deliveries
  where merchant = ${merchant} and mode = ${mode} and seq = any(${seqs}::bigint[]) and status = 'pending'
  group by seq`

/** Which seqs are there: all from the first to the last, of which there is none before the first event. */
export const selectOrder = async (sql: Sql, { merchant, mode }: Tenant): Promise<{ first: bigint; last: bigint }> =>
  first(
    await sql<{ first: bigint; last: bigint }>`
    select first_seq as first, last_seq as last from events.heads where merchant = ${merchant} and mode = ${mode}`,
  ) ?? { first: 1n, last: 0n }

/** Throws when the database cannot answer now. */
export const ping = (sql: Sql) => sql`select 1`
