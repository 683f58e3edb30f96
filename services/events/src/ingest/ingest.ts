import { apiVersion, type OutboxEvent, type Tenant } from '@micro/contracts'
import { fromUnixSeconds } from '@micro/kernel'
import type { EventRow } from '../event/event.ts'

/** An event on its way in: everything but its seq. */
export type Arrival = Omit<EventRow, 'seq'> & { readonly position: string }

/** What cannot become an event, and why. */
export interface DeadLetter {
  readonly position: string
  readonly event_id: string
  readonly reason: string
  readonly content: string
}

/** Largest payload of one event, in characters of JSON: a ledger transaction of 1,000 entries fits, however large they are. */
export const objectCharsMax = 1024 * 1024

const secondsMax = 253_402_300_799 // the year 9999

const isText = (value: unknown, lengthMax: number): value is string =>
  typeof value === 'string' && value.length > 0 && value.length <= lengthMax && !value.includes('\0')

const isOptionalText = (value: unknown): boolean => value === null || isText(value, 255)

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Why a row cannot be stored; undefined when it can. Rows come from another program: its types promise nothing. */
const objection = (row: OutboxEvent): string | undefined => {
  if (!isText(row.event_id, 64) || !/^evt_[0-9A-Za-z]{1,60}$/.test(row.event_id)) return 'event_id is no event id'
  if (!isText(row.merchant, 255)) return 'merchant is missing'
  if (row.mode !== 'test' && row.mode !== 'live') return 'mode is neither test nor live'
  if (!isText(row.type, 100) || !/^[a-z_]+(\.[a-z_]+)+$/.test(row.type)) return 'type has not the form noun.verb_past'
  if (!Number.isInteger(row.created) || row.created < 0 || row.created > secondsMax) return 'created is no Unix time'
  if (!isOptionalText(row.request_id)) return 'request_id is neither text nor null'
  if (!isOptionalText(row.idempotency_key)) return 'idempotency_key is neither text nor null'
  if (!isObject(row.object)) return 'object is no JSON object'
  if (JSON.stringify(row.object).length > objectCharsMax) return `object is larger than ${objectCharsMax} characters`
  return undefined
}

/** A row put aside: cut to what any row of the table can hold, so that putting aside itself cannot fail. */
export const deadLetter = (row: OutboxEvent, reason: string): DeadLetter => ({
  position: String(row.position).slice(0, 64),
  event_id: String(row.event_id).replaceAll('\0', '').slice(0, 255),
  reason: reason.replaceAll('\0', '').slice(0, 1000),
  content: JSON.stringify(row),
})

const toArrival = (row: OutboxEvent): Arrival => ({
  position: row.position,
  merchant: row.merchant,
  mode: row.mode,
  id: row.event_id,
  type: row.type,
  api_version: apiVersion,
  created_at: fromUnixSeconds(row.created),
  request_id: row.request_id,
  idempotency_key: row.idempotency_key,
  object: row.object,
})

/** Splits what was pulled into what can be stored, in position order, and what must be put aside. */
export const sortOut = (rows: readonly OutboxEvent[]): { arrivals: Arrival[]; dead: DeadLetter[] } => {
  const arrivals: Arrival[] = []
  const dead: DeadLetter[] = []
  for (const row of rows) {
    const reason = objection(row)
    if (reason === undefined) arrivals.push(toArrival(row))
    else dead.push(deadLetter(row, reason))
  }
  return { arrivals, dead }
}

export interface Known extends Tenant {
  readonly id: string
  readonly source: string
}

/**
 * Leaves out what is stored already: the source hands a row out again when our acknowledgement was lost. The same id
 * with another origin is no repetition but a mistake of the source, and must not vanish silently.
 */
export const withoutKnown = (
  source: string,
  arrivals: readonly Arrival[],
  known: readonly Known[],
): { fresh: Arrival[]; dead: DeadLetter[]; repeated: number } => {
  const seen = new Map(known.map((event) => [event.id, event]))
  const fresh: Arrival[] = []
  const dead: DeadLetter[] = []
  for (const arrival of arrivals) {
    const { id, merchant, mode } = arrival
    const same = seen.get(id)
    if (same === undefined) {
      seen.set(id, { id, merchant, mode, source })
      fresh.push(arrival)
    } else if (same.merchant !== merchant || same.mode !== mode || same.source !== source) {
      const reason = 'its event id belongs to another event'
      dead.push({ position: arrival.position, event_id: id, reason, content: JSON.stringify(arrival) })
    }
  }
  return { fresh, dead, repeated: arrivals.length - fresh.length - dead.length }
}

export interface TenantArrivals extends Tenant {
  readonly arrivals: readonly Arrival[]
}

/** The arrivals of each merchant and mode, in order, the tenants in the one order in which their heads are locked. */
export const byTenant = (arrivals: readonly Arrival[]): TenantArrivals[] => {
  const tenants = Map.groupBy(arrivals, ({ merchant, mode }) => `${merchant}\0${mode}`)
  return [...tenants.entries()]
    .sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    .flatMap(([, own]) =>
      own[0] === undefined ? [] : [{ merchant: own[0].merchant, mode: own[0].mode, arrivals: own }],
    )
}
