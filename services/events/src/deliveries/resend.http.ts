import { mayReadLedgerEvents, resendMax, type Tenant, type webhookDeliveriesApi } from '@micro/contracts'
import { Fault, type Clock } from '@micro/kernel'
import type { Database, Sql } from '@micro/postgres'
import { timeRangeOf, type Handlers } from '@micro/service'
import { toWire, typesOf } from '../event/event.ts'
import type { ResendToSessions } from '../cli-sessions/cli-resend.work.ts'
import { findShown } from '../event/event.http.ts'
import { selectPending } from '../event/event.store.ts'
import type { EndpointRow } from '../webhook-endpoints/webhook-endpoint.ts'
import { checkMayBeTold } from '../webhook-endpoints/enabled-events.ts'
import { findEndpoint } from '../webhook-endpoints/webhook-endpoint.store.ts'
import { missingDelivery } from './delivery.http.ts'
import { deliveryToWire } from './delivery.ts'
import { findDelivery } from './delivery.store.ts'
import { eventsInRange, failedInRange, resendDelivery, resendEvent, resendEvents } from './resend.store.ts'

type Api = Pick<typeof webhookDeliveriesApi, 'retryEvent' | 'resendWebhookDelivery' | 'resendWebhookDeliveries'>

export interface ResendDependencies {
  readonly db: Database
  readonly clock: Clock
  /** There is something to deliver. */
  readonly ring: () => void
  readonly resendToSessions: ResendToSessions
}

const mustBeEnabled = ({ id, status }: Pick<EndpointRow, 'id' | 'status'>): void => {
  if (status === 'disabled') throw new Fault('webhook_endpoint_disabled', { endpoint: id })
}

/** @throws Fault parameter_resource_missing, webhook_endpoint_disabled */
const enabledEndpoint = async (sql: Sql, tenant: Tenant, id: string): Promise<EndpointRow> => {
  const endpoint = await findEndpoint(sql, tenant, id)
  if (endpoint === undefined)
    throw new Fault('parameter_resource_missing', { resource: 'webhook_endpoint', id, param: 'webhook_endpoint' })
  mustBeEnabled(endpoint)
  return endpoint
}

/** Sending again: one delivery, one event, or all of a range. */
export const resendHandlers = ({ db, clock, ring, resendToSessions }: ResendDependencies): Handlers<Api> => ({
  async retryEvent({ principal, params, body }) {
    const event = await findShown(db.sql, principal, params.id)
    if (event === undefined) throw new Fault('resource_missing', { resource: 'event', id: params.id, param: 'id' })
    const endpoint = body.webhook_endpoint ?? null
    if (endpoint !== null) await enabledEndpoint(db.sql, principal, endpoint)
    // Stripe's command line names an endpoint when it means one, and says `for_stripecli` all the same.
    if (endpoint === null && body.for_stripecli === true) await resendToSessions(principal, event.id)
    else {
      await resendEvent(db.sql, principal, { event, endpoint, now: clock.now() })
      ring()
    }
    const [counted] = await selectPending(db.sql, principal, [event.seq])
    return toWire(event, Number(counted?.pending ?? 0))
  },

  async resendWebhookDelivery({ principal, params }) {
    const delivery = await findDelivery(db.sql, principal, params.id)
    if (delivery === undefined) throw missingDelivery(params.id)
    checkMayBeTold([delivery.event_type], principal)
    const endpoint = await findEndpoint(db.sql, principal, delivery.endpoint)
    mustBeEnabled(endpoint ?? { id: delivery.endpoint, status: 'disabled' })
    const again = await resendDelivery(db.sql, principal, { id: delivery.id, now: clock.now() })
    ring()
    return deliveryToWire(again ?? delivery)
  },

  async resendWebhookDeliveries({ principal, body }) {
    const { id } = await enabledEndpoint(db.sql, principal, body.webhook_endpoint)
    const { which = 'failed', seq, dry_run = false } = body
    if (seq?.gte !== undefined && seq.lte !== undefined && seq.gte > seq.lte)
      throw new Fault('parameter_invalid', { param: 'seq[lte]', reason: 'it is less than seq[gte]' })
    const { from, until } = timeRangeOf(body.created)
    const range = {
      endpoint: id,
      seqFrom: seq?.gte === undefined ? null : BigInt(seq.gte),
      seqTo: seq?.lte === undefined ? null : BigInt(seq.lte),
      from: from ?? null,
      until: until ?? null,
      types: typesOf(body.types),
      ledger: mayReadLedgerEvents(principal),
      limit: resendMax + 1,
    }
    const found =
      which === 'failed'
        ? await failedInRange(db.sql, principal, range)
        : await eventsInRange(db.sql, principal, { ...range, delivered: which === 'all' })
    const seqs = found.slice(0, resendMax).map((event) => event.seq)
    const count = dry_run
      ? seqs.length
      : await resendEvents(db.sql, principal, { endpoint: id, seqs, now: clock.now() })
    if (count > 0 && !dry_run) ring()
    const last = seqs.at(-1)
    return {
      object: 'webhook_resend',
      count,
      dry_run,
      has_more: found.length > resendMax,
      last_seq: last === undefined ? null : Number(last),
      livemode: principal.mode === 'live',
      webhook_endpoint: id,
    }
  },
})
