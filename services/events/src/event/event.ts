import { eventObjects, type Event, type Mode } from '@micro/contracts'
import { unixSeconds } from '@micro/kernel'

/** An event as stored. Nothing of it ever changes. */
export interface EventRow {
  readonly merchant: string
  readonly mode: Mode
  readonly seq: bigint
  readonly id: string
  readonly type: string
  readonly api_version: string
  readonly created_at: Date
  readonly request_id: string | null
  readonly idempotency_key: string | null
  readonly object: Record<string, unknown>
}

/** The public form; streams and lists show the same bytes of meaning for the same event. */
export const toWire = (row: EventRow): Event => ({
  id: row.id,
  object: 'event',
  api_version: row.api_version,
  created: unixSeconds(row.created_at),
  data: { object: row.object },
  livemode: row.mode === 'live',
  pending_webhooks: 0,
  request: { id: row.request_id, idempotency_key: row.idempotency_key },
  type: row.type,
})

/** The types a filter asks for: one exactly, or with a trailing `.*` every declared type of that object. Null means all. */
export const typesOf = (filter: string | undefined): readonly string[] | null => {
  if (filter === undefined || filter === '*') return null
  if (!filter.endsWith('.*')) return [filter]
  const prefix = filter.slice(0, -1)
  return Object.keys(eventObjects).filter((type) => type.startsWith(prefix))
}
