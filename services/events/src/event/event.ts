import { eventObjects, namesType, type Event, type Mode } from '@micro/contracts'
import { addMs, idFloor, unixSeconds } from '@micro/kernel'

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
  /** As the outbox told it. */
  readonly object: Record<string, unknown>
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === 'object' && !Array.isArray(value)

/** What is told of the object: with what it was before, where the event tells of a change (see `OutboxEvent.object`). */
const dataOf = (told: EventRow['object']): Event['data'] => {
  const { object, previous_attributes: previous } = told
  return isObject(object) && isObject(previous) ? { object, previous_attributes: previous } : { object: told }
}

const idMax = 255

/** What an event is looked up by: its object, and the payment and customer that has it. null: none, or no id. */
export const relationsOf = (told: EventRow['object']) => {
  const { id, payment_intent, customer } = dataOf(told).object
  const idOf = (value: unknown): string | null =>
    typeof value === 'string' && value !== '' && value.length <= idMax && !/[\0\ud800-\udfff]/.test(value)
      ? value
      : null
  return { object_id: idOf(id), payment_intent: idOf(payment_intent), customer: idOf(customer) }
}

/** The public form; `pending` is to how many webhook endpoints it is still to be delivered. */
export const toWire = (row: EventRow, pending = 0): Event => ({
  id: row.id,
  object: 'event',
  api_version: row.api_version,
  created: unixSeconds(row.created_at),
  data: dataOf(row.object),
  livemode: row.mode === 'live',
  pending_webhooks: pending,
  request: { id: row.request_id, idempotency_key: row.idempotency_key },
  type: row.type,
})

const namedBy = (filter: string): readonly string[] =>
  filter.endsWith('.*') ? Object.keys(eventObjects).filter((type) => namesType(filter, type)) : [filter]

/** The types that filters ask for: each one exactly, or with a trailing `.*` every declared type of that object. Null means all. */
export const typesOf = (filters: readonly string[] | undefined): readonly string[] | null =>
  filters === undefined || filters.includes('*') ? null : [...new Set(filters.flatMap(namedBy))]

const dayMs = 24 * 60 * 60 * 1_000

/**
 * Whether an event that is not there was made longer ago than events are kept, as its id has it. Nobody learns by that
 * whether there ever was one, nor whose.
 */
export const hasLeft = (id: string, { now, retentionDays }: { now: Date; retentionDays: number }): boolean =>
  /^evt_[0-9A-Za-z]{24}$/.test(id) && id < idFloor('event', addMs(now, -retentionDays * dayMs))
