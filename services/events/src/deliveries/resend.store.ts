import type { Tenant } from '@micro/contracts'
import { first, type Sql } from '@micro/postgres'
import type { EventRow } from '../event/event.ts'
import type { DeliveryRow } from './delivery.ts'

/** Makes one delivery due at once, and its schedule begin anew. One that is just being made goes on being made. */
export const resendDelivery = async (
  sql: Sql,
  { merchant, mode }: Tenant,
  { id, now }: { id: string; now: Date },
): Promise<DeliveryRow | undefined> =>
  first(
    await sql<DeliveryRow>`
    update events.deliveries set status = 'pending', tries = 0, manual = true, next_attempt_at = ${now}
    where merchant = ${merchant} and mode = ${mode} and id = ${id}
    returning *`,
  )

/** The same of an event's way to endpoints: the one that is named, or all that ask for it. Which ones. */
export const resendEvent = (
  sql: Sql,
  { merchant, mode }: Tenant,
  { event, endpoint, now }: { event: Pick<EventRow, 'seq' | 'id' | 'type'>; endpoint: string | null; now: Date },
) => sql<{ endpoint: string }>`
  insert into events.deliveries (
    merchant, mode, id, endpoint, seq, event, event_type, status, manual, next_attempt_at, created_at)
  select merchant, mode, events.delivery_id(${event.id}, id), id, ${event.seq}::bigint, ${event.id}, ${event.type},
    'pending', true, ${now}::timestamptz, now()
  from events.webhook_endpoints
  where merchant = ${merchant} and mode = ${mode} and status = 'enabled' and deleted_at is null
    and case when ${endpoint}::text is null then events.asks_for(enabled_events, ${event.type}) else id = ${endpoint} end
  on conflict (endpoint, seq) do update set status = 'pending', tries = 0, manual = true, next_attempt_at = ${now}
  returning endpoint`

/** What of an endpoint's is to be sent again. */
export interface ResendRange {
  readonly endpoint: string
  readonly seqFrom: bigint | null
  readonly seqTo: bigint | null
  /** By when the event was. */
  readonly from: Date | null
  readonly until: Date | null
  readonly types: readonly string[] | null
  /** The ledger's too. */
  readonly ledger: boolean
}

/** Up to `limit` deliveries that were given up, the oldest events first; changes nothing. */
export const failedInRange = (
  sql: Sql,
  { merchant, mode }: Tenant,
  range: ResendRange & { readonly limit: number },
) => sql<Pick<EventRow, 'seq' | 'id' | 'type'>>`
  select delivery.seq, delivery.event as id, delivery.event_type as type
  from events.deliveries delivery
  join events.events event
    on event.merchant = delivery.merchant and event.mode = delivery.mode and event.seq = delivery.seq
  where delivery.merchant = ${merchant} and delivery.mode = ${mode} and delivery.endpoint = ${range.endpoint}
    and delivery.status = 'failed'
    and delivery.seq between coalesce(${range.seqFrom}::bigint, 0) and coalesce(${range.seqTo}::bigint, 9223372036854775807)
    and event.created_at >= coalesce(${range.from}::timestamptz, '-infinity')
    and event.created_at < coalesce(${range.until}::timestamptz, 'infinity')
    and (${range.types}::text[] is null or delivery.event_type = any(${range.types}::text[]))
    and (${range.ledger} or not starts_with(delivery.event_type, 'ledger.'))
  order by delivery.seq
  limit ${range.limit}`

/**
 * Up to `limit` events that an endpoint asks for, the oldest first: those it was never sent or that were given up, and
 * with `delivered` those that got through, too. Changes nothing.
 */
export const eventsInRange = (
  sql: Sql,
  { merchant, mode }: Tenant,
  range: ResendRange & { readonly delivered: boolean; readonly limit: number },
) => sql<Pick<EventRow, 'seq' | 'id' | 'type'>>`
  select event.seq, event.id, event.type
  from events.events event
  left join events.deliveries delivery
    on delivery.merchant = event.merchant and delivery.mode = event.mode and delivery.seq = event.seq
    and delivery.endpoint = ${range.endpoint}
  where event.merchant = ${merchant} and event.mode = ${mode}
    and event.seq between coalesce(${range.seqFrom}::bigint, 0) and coalesce(${range.seqTo}::bigint, 9223372036854775807)
    and event.created_at >= coalesce(${range.from}::timestamptz, '-infinity')
    and event.created_at < coalesce(${range.until}::timestamptz, 'infinity')
    and (${range.types}::text[] is null or event.type = any(${range.types}::text[]))
    and (${range.ledger} or not starts_with(event.type, 'ledger.'))
    and (delivery.status is null and events.asks_for(
        (select enabled_events from events.webhook_endpoints
         where merchant = ${merchant} and mode = ${mode} and id = ${range.endpoint}), event.type)
      or delivery.status = 'failed' or delivery.status = 'delivered' and ${range.delivered})
  order by event.seq
  limit ${range.limit}`

/** Makes an endpoint's deliveries of these events due at once, those there were none of too. How many. */
export const resendEvents = async (
  sql: Sql,
  { merchant, mode }: Tenant,
  { endpoint, seqs, now }: { endpoint: string; seqs: readonly bigint[]; now: Date },
): Promise<number> => {
  const rows = await sql`
    insert into events.deliveries (
      merchant, mode, id, endpoint, seq, event, event_type, status, manual, next_attempt_at, created_at)
    select merchant, mode, events.delivery_id(id, ${endpoint}), ${endpoint}, seq, id, type, 'pending', true,
      ${now}::timestamptz, now()
    from events.events
    where merchant = ${merchant} and mode = ${mode} and seq = any(${seqs}::bigint[])
    order by seq
    on conflict (endpoint, seq) do update set status = 'pending', tries = 0, manual = true, next_attempt_at = ${now}
    returning id`
  return rows.length
}
