import {
  isLedgerEvent,
  mayReadLedgerEvents,
  type Event,
  type eventsApi,
  type MerchantPrincipal,
  type Tenant,
} from '@micro/contracts'
import { Fault, type Clock } from '@micro/kernel'
import type { Database, Sql } from '@micro/postgres'
import { cutPage, findCursor, parsePage, timeRangeOf, type Handlers } from '@micro/service'
import { hasLeft, toWire, typesOf, type EventRow } from './event.ts'
import {
  selectEvent,
  selectEventsAfter,
  selectEventsBefore,
  selectOrder,
  selectPending,
  selectRelatedAfter,
  selectRelatedBefore,
  selectStretch,
} from './event.store.ts'

/** What one who follows events is given at a time: a hundred of the largest would be a hundred times this. */
const stretchBytesMax = 1024 * 1024

/**
 * An event that this caller may be told of. Another merchant's, or one of the ledger for a key that may not read that, is
 * answered exactly like one that never was.
 */
export const findShown = async (sql: Sql, principal: MerchantPrincipal, id: string): Promise<EventRow | undefined> => {
  const event = await selectEvent(sql, principal, id)
  return event === undefined || (isLedgerEvent(event.type) && !mayReadLedgerEvents(principal)) ? undefined : event
}

type Names = 'retrieveEvent' | 'listEvents' | 'readEventStream'

export const eventHandlers = (deps: {
  db: Database
  clock: Clock
  retentionDays: number
}): Pick<Handlers<typeof eventsApi>, Names> => {
  const { sql } = deps.db
  const { clock, retentionDays } = deps

  /** Where what is kept begins, for an event that has left; undefined for one that never was, as far as anybody knows. */
  const beginsAfter = async (tenant: Tenant, id: string): Promise<number | undefined> => {
    if (!hasLeft(id, { now: clock.now(), retentionDays })) return undefined
    const first = Number((await selectOrder(sql, tenant)).first)
    return first > 1 ? first : undefined
  }

  const find = async (principal: MerchantPrincipal, id: string): Promise<EventRow> => {
    const event = await findShown(sql, principal, id)
    if (event !== undefined) return event
    const first = await beginsAfter(principal, id)
    if (first !== undefined) throw new Fault('event_gone', { id, first, param: 'id' })
    throw new Fault('resource_missing', { resource: 'event', id, param: 'id' })
  }

  /** @throws Fault event_no_longer_kept */
  const findPlace = async (principal: MerchantPrincipal, param: string, id: string): Promise<EventRow | undefined> => {
    const event = await findShown(sql, principal, id)
    if (event !== undefined) return event
    const first = await beginsAfter(principal, id)
    if (first !== undefined) throw new Fault('event_no_longer_kept', { id, first, param })
    return undefined
  }

  const shown = async (tenant: Tenant, rows: readonly EventRow[]): Promise<Event[]> => {
    if (rows.length === 0) return []
    const counted = await selectPending(
      sql,
      tenant,
      rows.map(({ seq }) => seq),
    )
    const pending = new Map(counted.map((each) => [each.seq, Number(each.pending)]))
    return rows.map((row) => toWire(row, pending.get(row.seq)))
  }

  return {
    async retrieveEvent({ principal, params }) {
      const row = await find(principal, params.id)
      const [event] = await shown(principal, [row])
      return event ?? toWire(row)
    },

    async listEvents({ principal, query }) {
      const page = parsePage(query)
      const seq =
        (await findCursor(page, 'event', (id) => findPlace(principal, page.cursor?.param ?? '', id)))?.seq ?? null
      if (query.type !== undefined && query.types !== undefined)
        throw new Fault('parameter_invalid', { param: 'types', reason: 'it cannot be given with type' })
      const { from, until } = timeRangeOf(query.created)
      const asked = query.types ?? (query.type === undefined ? undefined : [query.type])
      const filter = {
        types: typesOf(asked),
        ledger: mayReadLedgerEvents(principal),
        from: from ?? null,
        until: until ?? null,
        limit: page.fetch,
      }
      const related = query.related_object
      const list = {
        newer: (after: bigint) =>
          related === undefined
            ? selectEventsAfter(sql, principal, { after, ...filter })
            : selectRelatedAfter(sql, principal, { after, related, ...filter }),
        older: (before: bigint | null) =>
          related === undefined
            ? selectEventsBefore(sql, principal, { before, ...filter })
            : selectRelatedBefore(sql, principal, { before, related, ...filter }),
      }
      const found = await (page.direction === 'newer' && seq !== null ? list.newer(seq) : list.older(seq))
      const { rows, hasMore } = cutPage(found, page)
      return { object: 'list', url: '/v1/events', has_more: hasMore, data: await shown(principal, rows) }
    },

    async readEventStream({ query: { merchant, mode, after, limit = 100 } }) {
      const rows =
        limit === 0
          ? []
          : await selectStretch(sql, { merchant, mode }, { after: BigInt(after), limit, bytesMax: stretchBytesMax })
      // Read after the events, so that it is never older than they are.
      const { first, last } = await selectOrder(sql, { merchant, mode })
      const events = await shown({ merchant, mode }, rows)
      return {
        head_seq: Number(last),
        first_seq: Number(first),
        events: events.map((event, at) => ({ seq: Number(rows[at]?.seq), event })),
      }
    },
  }
}
