import Type, { type Static, type TSchema } from 'typebox'
import { Exact, IdParam, List, listQuery, Mode, Text } from './common.ts'
import { checkoutSessionEvents } from './checkout-sessions.ts'
import { balanceEvents } from './balances.ts'
import { chargeEvents } from './charge.ts'
import { customerEvents } from './customers.ts'
import { disputeEvents } from './disputes.ts'
import { deadLettersApi } from './dead-letters.ts'
import { Event, RelatedObject, SequencedEvent } from './event.ts'
import { ledgerEvents } from './ledger-events.ts'
import { paymentIntentEvents } from './payment-intent.ts'
import { paymentMethodEvents } from './payment-methods.ts'
import { priceEvents } from './prices.ts'
import { productEvents } from './products.ts'
import { setupIntentEvents } from './setup-intents.ts'
import { payoutEvents } from './payouts.ts'
import { refundEvents } from './refunds.ts'
import { route } from './route.ts'
import { statusRoute } from './service-status.ts'
import { stripeCliApi } from './stripe-cli.ts'
import { webhookDeliveriesApi } from './webhook-deliveries.ts'
import { webhookEndpointEvents, webhookEndpointsApi } from './webhook-endpoints.ts'

/** Every event Micro emits, and the schema of its `data.object`. Emitting an undeclared one does not compile. */
export const eventObjects = {
  ...paymentIntentEvents,
  ...chargeEvents,
  ...checkoutSessionEvents,
  ...customerEvents,
  ...paymentMethodEvents,
  ...productEvents,
  ...priceEvents,
  ...setupIntentEvents,
  ...refundEvents,
  ...disputeEvents,
  ...payoutEvents,
  ...balanceEvents,
  ...webhookEndpointEvents,
  ...ledgerEvents,
} as const satisfies Record<string, TSchema>

export type EventType = keyof typeof eventObjects
export type EventObject<T extends EventType> = Static<(typeof eventObjects)[T]>

/** Those that tell what their object was before (`data.previous_attributes`). Emitting one without does not compile. */
export const changeEvents = [
  'charge.captured',
  'charge.refunded',
  'charge.updated',
  'charge.dispute.updated',
  'charge.dispute.closed',
  'customer.updated',
  'ledger.account.updated',
  'ledger.account.frozen',
  'ledger.account.closed',
  'payment_method.detached',
  'payment_method.updated',
  'payout.updated',
  'price.updated',
  'product.updated',
  'refund.updated',
  'charge.refund.updated',
] as const satisfies readonly EventType[]
export type ChangeEventType = (typeof changeEvents)[number] | Extract<EventType, `${string}.updated`>

/**
 * Whether a type is what a filter names: itself, with a trailing `.*` any of its object, or by `*` all. At webhook endpoints
 * alone `*` leaves the ledger's out (docs/adr/0024).
 */
export const namesType = (filter: string, type: string): boolean =>
  filter === '*' || (filter.endsWith('.*') ? type.startsWith(filter.slice(0, -1)) : type === filter)

/** The version events are rendered in; Stripe's SDKs expect one of Stripe's. */
export const apiVersion = '2026-10-28.endive'

export const eventsApi = {
  getEventsStatus: statusRoute('events'),
  ...webhookEndpointsApi,
  ...webhookDeliveriesApi,
  ...deadLettersApi,
  ...stripeCliApi,
  retrieveEvent: route({
    method: 'GET',
    path: '/v1/events/:id',
    service: 'events',
    access: ['secret_key'],
    scope: 'events:read',
    status: 200,
    summary: 'Retrieve an event.',
    params: IdParam,
    response: Event,
    faults: ['resource_missing', 'event_gone'],
  }),
  listEvents: route({
    method: 'GET',
    path: '/v1/events',
    service: 'events',
    access: ['secret_key'],
    scope: 'events:read',
    status: 200,
    summary: 'List events, newest first.',
    query: Exact({
      ...listQuery,
      related_object: Type.Optional(RelatedObject),
      type: Type.Optional(
        Text(100, 1, { description: 'One type, or all of an object by a trailing .*; not together with types.' }),
      ),
      types: Type.Optional(
        Type.Array(Text(100, 1), { minItems: 1, maxItems: 20, description: 'Up to 20 types, each as type has it.' }),
      ),
    }),
    response: List(Event),
    faults: ['parameter_resource_missing', 'event_no_longer_kept'],
  }),
  readEventStream: route({
    method: 'GET',
    path: '/internal/stream',
    service: 'events',
    access: ['internal'],
    status: 200,
    summary: "A merchant's events after a seq, in order, with the newest seq there is and the first that is kept.",
    query: Exact({
      merchant: Type.String(),
      mode: Mode,
      after: Type.Integer({ minimum: 0 }),
      limit: Type.Optional(Type.Integer({ minimum: 0, maximum: 500, default: 100 })),
    }),
    response: Type.Object({
      head_seq: Type.Integer(),
      first_seq: Type.Integer({ description: 'Those before it have left; after head_seq when none is kept.' }),
      events: Type.Array(SequencedEvent),
    }),
  }),
} as const
