import type { ChangeEventType, EventObject, EventType, OutboxEvent, Tenant } from '@micro/contracts'
import { fromUnixSeconds, unixSeconds, type Clock, type NewId } from '@micro/kernel'
import type { Database, Sql } from '@micro/postgres'
import type { MicroBus } from './dependencies.ts'
import { acknowledge, insertOutbox, selectUnacknowledged, type OutboxRow } from './outbox.store.ts'
import { previousAttributes } from './previous-attributes.ts'

/**
 * Something that happened, as decided: the object is a snapshot at this commit. What tells of a change has the object
 * before it, too, of which the changed members are told.
 */
export type EmittedEvent = {
  [T in EventType]: { readonly type: T; readonly object: EventObject<T> } & (T extends ChangeEventType
    ? { readonly before: EventObject<T> }
    : { readonly before?: never })
}[EventType]

export interface EventOrigin extends Tenant {
  readonly requestId: string | null
  readonly idempotencyKey: string | null
}

/** A row as the events service fetches it. */
export const outboxToWire = (row: OutboxRow): OutboxEvent => ({
  position: String(row.id),
  event_id: row.event_id,
  merchant: row.merchant,
  mode: row.mode,
  type: row.type,
  created: unixSeconds(row.created_at),
  request_id: row.request_id,
  idempotency_key: row.idempotency_key,
  // Every object of the API names its kind in its member `object`; where that is an object, both are told.
  object:
    row.previous_attributes === null
      ? row.object
      : { object: row.object, previous_attributes: row.previous_attributes },
})

/**
 * Appends events in the caller's database transaction: they exist if and only if it commits.
 * Call it after the changed row is locked, and ring `ringOutbox` after the commit.
 */
export const appendOutbox =
  ({ clock, newId }: { clock: Clock; newId: NewId }) =>
  async (sql: Sql, origin: EventOrigin, events: readonly EmittedEvent[]): Promise<void> => {
    const { merchant, mode, requestId: request_id, idempotencyKey: idempotency_key } = origin
    const created_at = fromUnixSeconds(unixSeconds(clock.now()))
    const rows = events.map(({ type, object, before }) => ({
      event_id: newId('event'),
      type,
      object: { ...object },
      previous_attributes: before === undefined ? null : previousAttributes({ ...before }, { ...object }),
    }))
    await insertOutbox(sql, { merchant, mode, created_at, request_id, idempotency_key }, rows)
  }

/** Tells the events service there is something to fetch. Losing this costs latency only. */
export const ringOutbox = (bus: MicroBus, service: string): void => bus.publish('outbox.ready', { service })

/** The handlers of `outboxApi`, the same for every producing service. */
export const outboxHandlers = ({ db, clock }: { db: Database; clock: Clock }) => ({
  pullOutbox: async ({ query }: { query: { limit?: number } }): Promise<{ events: OutboxEvent[] }> => ({
    events: (await selectUnacknowledged(db.sql, query.limit ?? 500)).map(outboxToWire),
  }),
  acknowledgeOutbox: async ({ body }: { body: { positions: string[] } }): Promise<{ acknowledged: number }> => ({
    // Lost with the server, they are fetched again, and known by their ids: nobody waits for the disk.
    acknowledged: await db.transaction((sql) => acknowledge(sql.andCommit, body.positions.map(BigInt), clock.now()), {
      durable: false,
    }),
  }),
})
