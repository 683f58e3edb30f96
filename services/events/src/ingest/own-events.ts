import { apiVersion, type EventObject, type EventType, type Tenant } from '@micro/contracts'
import { fromUnixSeconds, unixSeconds, type Clock, type NewId } from '@micro/kernel'
import type { Sql } from '@micro/postgres'
import type { StoreArrival } from './store-arrival.ts'

/** What the events service itself has to tell. */
type OwnType = Extract<EventType, `webhook_endpoint.${string}`>

/** Stores an event of this service's own in the database transaction that makes it true; as StoreArrival. */
export type StoreOwnEvent = <T extends OwnType>(
  sql: Sql,
  tenant: Tenant,
  event: { readonly type: T; readonly object: EventObject<T> },
) => Promise<() => void>

export const createOwnEvents =
  ({ clock, newId, storeArrival }: { clock: Clock; newId: NewId; storeArrival: StoreArrival }): StoreOwnEvent =>
  (sql, { merchant, mode }, { type, object }) =>
    storeArrival(sql, 'events', {
      merchant,
      mode,
      id: newId('event'),
      type,
      api_version: apiVersion,
      created_at: fromUnixSeconds(unixSeconds(clock.now())),
      request_id: null,
      idempotency_key: null,
      object: { ...object },
    })
