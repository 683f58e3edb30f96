import {
  grants,
  isLedgerEvent,
  mayReadLedgerEvents,
  type MerchantPrincipal,
  type webhookDeliveriesApi,
} from '@micro/contracts'
import { Fault } from '@micro/kernel'
import { boundDatabase, type Database } from '@micro/postgres'
import { cutPage, findCursor, parsePage, readReport, timeRangeOf, type Handlers } from '@micro/service'
import { selectEvent } from '../event/event.store.ts'
import { attemptToWire, deliveryToWire, type DeliveryRow } from './delivery.ts'
import {
  findDelivery,
  lastAttempts,
  newerDeliveries,
  newerRelatedDeliveries,
  olderDeliveries,
  olderRelatedDeliveries,
} from './delivery.store.ts'
import { webhookBody } from './webhook-request.ts'

type Api = Pick<
  typeof webhookDeliveriesApi,
  'listWebhookDeliveries' | 'retrieveWebhookDelivery' | 'listWebhookAttempts'
>

const attemptsMax = 100

/** Connections that those who look for an object's deliveries may take of those that deliveries need. */
const connectionsMax = 2

export const missingDelivery = (id: string): Fault =>
  new Fault('resource_missing', { resource: 'webhook_delivery', id, param: 'id' })

/**
 * What was sent is an event, with the client secrets of payers in it: not for a key that may not read events, nor one of the
 * ledger's for a key that may not read that.
 */
const maySee = (principal: MerchantPrincipal, type: string): boolean =>
  (principal.kind !== 'api_key' || grants(principal.scopes ?? [], 'events:read')) &&
  (!isLedgerEvent(type) || mayReadLedgerEvents(principal))

/** What was sent, what is still to be, and what came of it. */
export const deliveryHandlers = ({
  db,
  timeoutMs = 10_000,
}: {
  db: Database
  /** How long it may be looked for an object's deliveries, in milliseconds. */
  timeoutMs?: number
}): Handlers<Api> => {
  const { sql } = db
  const reads = boundDatabase(db, { max: connectionsMax })
  return {
    async listWebhookDeliveries({ principal, query }) {
      const page = parsePage(query)
      const place = (await findCursor(page, 'webhook_delivery', (id) => findDelivery(sql, principal, id))) ?? null
      const { from, until } = timeRangeOf(query.created)
      const filter = {
        endpoint: query.webhook_endpoint ?? null,
        event: query.event ?? null,
        type: query.event_type ?? null,
        status: query.status ?? null,
        from: from ?? null,
        until: until ?? null,
      }
      const asked = { filter, place, limit: page.fetch }
      const related = query.related_object
      const isNewer = page.direction === 'newer'
      const read = (): Promise<DeliveryRow[]> => {
        if (related === undefined) return (isNewer ? newerDeliveries : olderDeliveries)(sql, principal, asked)
        // Those with a status that none of them has are sought among them all.
        const hint = 'choose a shorter time'
        const find = isNewer ? newerRelatedDeliveries : olderRelatedDeliveries
        return readReport(reads, { timeoutMs, hint }, (within) => find(within, principal, { related, ...asked }))
      }
      const { rows, hasMore } = cutPage(await read(), page)
      return { object: 'list', url: '/events/deliveries', has_more: hasMore, data: rows.map(deliveryToWire) }
    },

    async retrieveWebhookDelivery({ principal, params }) {
      const delivery = await findDelivery(sql, principal, params.id)
      if (delivery === undefined) throw missingDelivery(params.id)
      return deliveryToWire(delivery)
    },

    async listWebhookAttempts({ principal, params }) {
      const delivery = await findDelivery(sql, principal, params.id)
      if (delivery === undefined) throw missingDelivery(params.id)
      const isBodyShown = maySee(principal, delivery.event_type)
      const [attempts, event] = await Promise.all([
        lastAttempts(sql, principal, { delivery: delivery.id, limit: attemptsMax + 1 }),
        isBodyShown ? selectEvent(sql, principal, delivery.event) : undefined,
      ])
      return {
        object: 'list',
        url: `/events/deliveries/${delivery.id}/attempts`,
        has_more: attempts.length > attemptsMax,
        // The body is made again of what it was made of: an event never changes.
        data: attempts.slice(0, attemptsMax).map((attempt) => {
          if (!isBodyShown) return attemptToWire(attempt, null)
          const body = event === undefined ? '' : webhookBody(event, { endpoint: attempt, pending: attempt.pending })
          return attemptToWire(attempt, body)
        }),
      }
    },
  }
}
