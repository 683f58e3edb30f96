import type { Tenant, WebhookDeliveryStatus } from '@micro/contracts'
import { first, type Sql } from '@micro/postgres'
import type { AttemptRow, DeliveryRow } from './delivery.ts'

export const findDelivery = async (
  sql: Sql,
  { merchant, mode }: Tenant,
  id: string,
): Promise<DeliveryRow | undefined> =>
  first(
    await sql<DeliveryRow>`
    select * from events.deliveries where merchant = ${merchant} and mode = ${mode} and id = ${id}`,
  )

/** A place in the list of deliveries, which is in the order of events. */
export type DeliveryPlace = Pick<DeliveryRow, 'seq' | 'id'>

export interface DeliveryFilter {
  readonly endpoint: string | null
  readonly event: string | null
  readonly type: string | null
  readonly status: WebhookDeliveryStatus | null
  readonly from: Date | null
  readonly until: Date | null
}

interface Listed {
  readonly filter: DeliveryFilter
  /** null: from the end. */
  readonly place: DeliveryPlace | null
  readonly limit: number
}

/** Those before a place, newest first. */
export const olderDeliveries = (
  sql: Sql,
  { merchant, mode }: Tenant,
  { filter, place, limit }: Listed,
) => sql<DeliveryRow>`
  select * from events.deliveries
  where merchant = ${merchant} and mode = ${mode}
    and (${filter.endpoint}::text is null or endpoint = ${filter.endpoint})
    and (${filter.event}::text is null or seq = (
      select seq from events.events where merchant = ${merchant} and mode = ${mode} and id = ${filter.event}))
    and (${filter.type}::text is null or event_type = ${filter.type})
    and (${filter.status}::text is null or status = ${filter.status})
    and created_at >= coalesce(${filter.from}::timestamptz, '-infinity')
    and created_at < coalesce(${filter.until}::timestamptz, 'infinity')
    and (seq, id) < (coalesce(${place?.seq ?? null}::bigint, 9223372036854775807), ${place?.id ?? ''}::text)
  order by seq desc, id desc
  limit ${limit}`

/** Those after a place, oldest first. */
export const newerDeliveries = (
  sql: Sql,
  { merchant, mode }: Tenant,
  { filter, place, limit }: Listed,
) => sql<DeliveryRow>`
  select * from events.deliveries
  where merchant = ${merchant} and mode = ${mode}
    and (${filter.endpoint}::text is null or endpoint = ${filter.endpoint})
    and (${filter.event}::text is null or seq = (
      select seq from events.events where merchant = ${merchant} and mode = ${mode} and id = ${filter.event}))
    and (${filter.type}::text is null or event_type = ${filter.type})
    and (${filter.status}::text is null or status = ${filter.status})
    and created_at >= coalesce(${filter.from}::timestamptz, '-infinity')
    and created_at < coalesce(${filter.until}::timestamptz, 'infinity')
    and (seq, id) > (coalesce(${place?.seq ?? null}::bigint, 0), ${place?.id ?? ''}::text)
  order by seq, id
  limit ${limit}`

/**
 * Those of the events that tell of an object, or of what belongs to it, before a place, newest first. The events
 * are read in order, each of the three ways by its own index, and no further than a page needs: a customer may have any
 * number of them.
 */
export const olderRelatedDeliveries = (
  sql: Sql,
  { merchant, mode }: Tenant,
  { related, filter, place, limit }: Listed & { readonly related: string },
) => sql<DeliveryRow>`
  select delivery.* from (
    (select seq from events.events
      where merchant = ${merchant} and mode = ${mode} and object_id = ${related} and seq <= coalesce(${place?.seq ?? null}::bigint, 9223372036854775807)
        and (${filter.type}::text is null or type = ${filter.type})
      order by seq desc)
    union all
    (select seq from events.events
      where merchant = ${merchant} and mode = ${mode} and payment_intent = ${related} and seq <= coalesce(${place?.seq ?? null}::bigint, 9223372036854775807)
        and (${filter.type}::text is null or type = ${filter.type})
      order by seq desc)
    union all
    (select seq from events.events
      where merchant = ${merchant} and mode = ${mode} and customer = ${related} and seq <= coalesce(${place?.seq ?? null}::bigint, 9223372036854775807)
        and (${filter.type}::text is null or type = ${filter.type})
      order by seq desc)
    order by seq desc
  ) as told
  cross join lateral (
    select * from events.deliveries
    where merchant = ${merchant} and mode = ${mode} and seq = told.seq
    offset 0   -- looked up for each event, however many the planner expects
  ) as delivery
  where (${filter.endpoint}::text is null or endpoint = ${filter.endpoint})
    and (${filter.event}::text is null or delivery.event = ${filter.event})
    and (${filter.status}::text is null or status = ${filter.status})
    and created_at >= coalesce(${filter.from}::timestamptz, '-infinity')
    and created_at < coalesce(${filter.until}::timestamptz, 'infinity')
    and (delivery.seq, delivery.id) < (coalesce(${place?.seq ?? null}::bigint, 9223372036854775807), ${place?.id ?? ''}::text)
  order by told.seq desc, delivery.id desc
  limit ${limit}`

/** Those of the same events after a place, oldest first. */
export const newerRelatedDeliveries = (
  sql: Sql,
  { merchant, mode }: Tenant,
  { related, filter, place, limit }: Listed & { readonly related: string },
) => sql<DeliveryRow>`
  select delivery.* from (
    (select seq from events.events
      where merchant = ${merchant} and mode = ${mode} and object_id = ${related} and seq >= coalesce(${place?.seq ?? null}::bigint, 0)
        and (${filter.type}::text is null or type = ${filter.type})
      order by seq)
    union all
    (select seq from events.events
      where merchant = ${merchant} and mode = ${mode} and payment_intent = ${related} and seq >= coalesce(${place?.seq ?? null}::bigint, 0)
        and (${filter.type}::text is null or type = ${filter.type})
      order by seq)
    union all
    (select seq from events.events
      where merchant = ${merchant} and mode = ${mode} and customer = ${related} and seq >= coalesce(${place?.seq ?? null}::bigint, 0)
        and (${filter.type}::text is null or type = ${filter.type})
      order by seq)
    order by seq
  ) as told
  cross join lateral (
    select * from events.deliveries
    where merchant = ${merchant} and mode = ${mode} and seq = told.seq
    offset 0   -- looked up for each event, however many the planner expects
  ) as delivery
  where (${filter.endpoint}::text is null or endpoint = ${filter.endpoint})
    and (${filter.event}::text is null or delivery.event = ${filter.event})
    and (${filter.status}::text is null or status = ${filter.status})
    and created_at >= coalesce(${filter.from}::timestamptz, '-infinity')
    and created_at < coalesce(${filter.until}::timestamptz, 'infinity')
    and (delivery.seq, delivery.id) > (coalesce(${place?.seq ?? null}::bigint, 0), ${place?.id ?? ''}::text)
  order by told.seq, delivery.id
  limit ${limit}`

/** The last requests of a delivery, newest first. */
export const lastAttempts = (
  sql: Sql,
  { merchant, mode }: Tenant,
  { delivery, limit }: { delivery: string; limit: number },
) => sql<AttemptRow>`
  select * from events.delivery_attempts
  where merchant = ${merchant} and mode = ${mode} and delivery = ${delivery}
  order by number desc, id desc
  limit ${limit}`
