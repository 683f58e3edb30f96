import Type, { type Static, type TSchema } from 'typebox'
import { Exact, IdParam, List, Mode, Nullable, pageQuery, Text, Timestamp } from './common.ts'
import { Charge, PaymentIntent } from './payments.ts'
import { route } from './route.ts'

/** Every event Micro emits, and the schema of its `data.object`. Emitting an undeclared one does not compile. */
export const eventObjects = {
  'payment_intent.created': PaymentIntent,
  'payment_intent.succeeded': PaymentIntent,
  'payment_intent.payment_failed': PaymentIntent,
  'payment_intent.canceled': PaymentIntent,
  'charge.succeeded': Charge,
  'charge.failed': Charge,
} as const satisfies Record<string, TSchema>

export type EventType = keyof typeof eventObjects
export type EventObject<T extends EventType> = Static<(typeof eventObjects)[T]>

/** The version events are rendered in; Stripe's SDKs expect one of Stripe's. */
export const apiVersion = '2026-10-28.endive'

export const Event = Type.Object({
  id: Type.String(),
  object: Type.Literal('event'),
  api_version: Type.String(),
  created: Timestamp,
  data: Type.Object({ object: Type.Record(Type.String(), Type.Unknown()) }),
  livemode: Type.Boolean(),
  pending_webhooks: Type.Integer(),
  request: Type.Object({ id: Nullable(Type.String()), idempotency_key: Nullable(Type.String()) }),
  type: Type.String(),
})
export type Event = Static<typeof Event>

/** An event with its place in the merchant's order. */
export const SequencedEvent = Type.Object({ seq: Type.Integer(), event: Event })
export type SequencedEvent = Static<typeof SequencedEvent>

export const eventsApi = {
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
    faults: ['resource_missing'],
  }),
  listEvents: route({
    method: 'GET',
    path: '/v1/events',
    service: 'events',
    access: ['secret_key'],
    scope: 'events:read',
    status: 200,
    summary: 'List events, newest first.',
    query: Exact({ ...pageQuery, type: Type.Optional(Text(100, 1)) }),
    response: List(Event),
  }),
  readEventStream: route({
    method: 'GET',
    path: '/internal/stream',
    service: 'events',
    access: ['internal'],
    status: 200,
    summary: "A merchant's events after a seq, in order, with the newest seq there is.",
    query: Exact({
      merchant: Type.String(),
      mode: Mode,
      after: Type.Integer({ minimum: 0 }),
      limit: Type.Optional(Type.Integer({ minimum: 0, maximum: 500, default: 100 })),
    }),
    response: Type.Object({ head_seq: Type.Integer(), events: Type.Array(SequencedEvent) }),
  }),
} as const
