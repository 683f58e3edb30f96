import type { eventsApi } from '@micro/contracts'
import { Fault } from '@micro/kernel'
import type { Database } from '@micro/postgres'
import type { Handlers } from '@micro/service'
import { toWire, typesOf, type EventRow } from './event.ts'
import { selectEvent, selectEventsAfter, selectEventsBefore, selectHead, type Tenant } from './event.store.ts'

export const eventHandlers = ({ db: { sql } }: { db: Database }): Handlers<typeof eventsApi> => {
  /** Another merchant's event answers exactly like one that never was. */
  const find = async (tenant: Tenant, id: string): Promise<EventRow> => {
    const event = await selectEvent(sql, tenant, id)
    if (event === undefined) throw new Fault('resource_missing', { resource: 'event', id, param: 'id' })
    return event
  }

  const seqOf = async (tenant: Tenant, id: string, param: string): Promise<bigint> => {
    const event = await selectEvent(sql, tenant, id)
    if (event === undefined) throw new Fault('parameter_resource_missing', { resource: 'event', id, param })
    return event.seq
  }

  /** One event more than asked for tells whether there are more. */
  const page = async (
    tenant: Tenant,
    {
      starting_after,
      ending_before,
      type,
      limit = 10,
    }: { starting_after?: string; ending_before?: string; type?: string; limit?: number },
  ): Promise<{ rows: readonly EventRow[]; more: boolean }> => {
    const types = typesOf(type)
    if (ending_before !== undefined) {
      const seq = await seqOf(tenant, ending_before, 'ending_before')
      const rows = await selectEventsAfter(sql, tenant, { after: seq, types, limit: limit + 1 })
      return { rows: rows.slice(0, limit).toReversed(), more: rows.length > limit }
    }
    const before = starting_after === undefined ? null : await seqOf(tenant, starting_after, 'starting_after')
    const rows = await selectEventsBefore(sql, tenant, { before, types, limit: limit + 1 })
    return { rows: rows.slice(0, limit), more: rows.length > limit }
  }

  return {
    retrieveEvent: async ({ principal, params }) => toWire(await find(principal, params.id)),

    async listEvents({ principal, query }) {
      if (query.starting_after !== undefined && query.ending_before !== undefined) {
        throw new Fault('parameter_invalid', {
          param: 'ending_before',
          reason: 'cannot be used together with starting_after',
        })
      }
      const { rows, more } = await page(principal, query)
      return { object: 'list', url: '/v1/events', has_more: more, data: rows.map(toWire) }
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
