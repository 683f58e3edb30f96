import Type, { type Static } from 'typebox'
import { Exact, Mode, Timestamp } from './common.ts'
import type { ServiceName } from './principal.ts'
import { route } from './route.ts'

/** One committed, not yet acknowledged event of a producing service. `position` orders one outbox; it is no cursor. */
export const OutboxEvent = Type.Object({
  position: Type.String(),
  event_id: Type.String(),
  merchant: Type.String(),
  mode: Mode,
  type: Type.String(),
  created: Timestamp,
  request_id: Type.Union([Type.String(), Type.Null()]),
  idempotency_key: Type.Union([Type.String(), Type.Null()]),
  object: Type.Record(Type.String(), Type.Unknown(), {
    description:
      'The object as it was at the commit; of an event that tells of a change, { object, previous_attributes } of it.',
  }),
})
export type OutboxEvent = Static<typeof OutboxEvent>

/** Every producing service offers its outbox to the events service: pull what is unacknowledged, acknowledge what is stored. */
export const outboxApi = <S extends ServiceName>(service: S) => ({
  pullOutbox: route({
    method: 'GET',
    path: '/internal/outbox',
    service,
    access: ['internal'],
    status: 200,
    summary: 'Unacknowledged events, oldest first.',
    query: Exact({ limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 500 })) }),
    response: Type.Object({
      events: Type.Array(OutboxEvent),
      has_more: Type.Optional(
        Type.Boolean({ description: 'There is more, though these are fewer than was asked for.' }),
      ),
    }),
  }),
  acknowledgeOutbox: route({
    method: 'POST',
    path: '/internal/outbox/acknowledge',
    service,
    access: ['internal'],
    status: 200,
    summary: 'Mark events as stored; they are not handed out again.',
    body: Exact({ positions: Type.Array(Type.String(), { maxItems: 1000 }) }),
    response: Type.Object({ acknowledged: Type.Integer() }),
  }),
})
