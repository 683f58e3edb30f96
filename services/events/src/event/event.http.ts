import type { eventsApi, Tenant } from '@micro/contracts'
import { Fault } from '@micro/kernel'
import type { Database } from '@micro/postgres'
import { cutPage, findCursor, parsePage, type Handlers } from '@micro/service'
import { toWire, typesOf, type EventRow } from './event.ts'
import { selectEvent, selectEventsAfter, selectEventsBefore, selectHead } from './event.store.ts'

export const eventHandlers = ({ db: { sql } }: { db: Database }): Handlers<typeof eventsApi> => {
  /** Another merchant's event answers exactly like one that never was. */
  const find = async (tenant: Tenant, id: string): Promise<EventRow> => {
    const event = await selectEvent(sql, tenant, id)
    if (event === undefined) throw new Fault('resource_missing', { resource: 'event', id, param: 'id' })
    return event
  }

  return {
    retrieveEvent: async ({ principal, params }) => toWire(await find(principal, params.id)),

    async listEvents({ principal, query }) {
      const page = parsePage(query)
      const seq = (await findCursor(page, 'event', (id) => selectEvent(sql, principal, id)))?.seq ?? null
      const filter = { types: typesOf(query.type), limit: page.fetch }
      const found =
        page.direction === 'newer' && seq !== null
          ? await selectEventsAfter(sql, principal, { after: seq, ...filter })
          : await selectEventsBefore(sql, principal, { before: seq, ...filter })
      const { rows, hasMore } = cutPage(found, page)
      return { object: 'list', url: '/v1/events', has_more: hasMore, data: rows.map(toWire) }
    },

    async readEventStream({ query: { merchant, mode, after, limit = 100 } }) {
      const rows =
        limit === 0
          ? []
          : await selectEventsAfter(sql, { merchant, mode }, { after: BigInt(after), types: null, limit })
      // Read after the events, so that it is never older than they are.
      const head = await selectHead(sql, { merchant, mode })
      return { head_seq: Number(head), events: rows.map((row) => ({ seq: Number(row.seq), event: toWire(row) })) }
    },
  }
}
