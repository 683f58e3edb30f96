import Type, { type Static } from 'typebox'
import { Nullable, Text, Timestamp } from './common.ts'

export const Event = Type.Object({
  id: Type.String(),
  object: Type.Literal('event'),
  api_version: Type.String(),
  created: Timestamp,
  data: Type.Object({
    object: Type.Record(Type.String(), Type.Unknown()),
    previous_attributes: Type.Optional(
      Type.Record(Type.String(), Type.Unknown(), {
        description: 'Of events that tell of a change: the changed members of the object, as they were before.',
      }),
    ),
  }),
  livemode: Type.Boolean(),
  pending_webhooks: Type.Integer(),
  request: Type.Object({ id: Nullable(Type.String()), idempotency_key: Nullable(Type.String()) }),
  type: Type.String(),
})
export type Event = Static<typeof Event>

/** An event with its place in the merchant's order. */
export const SequencedEvent = Type.Object({ seq: Type.Integer(), event: Event })
export type SequencedEvent = Static<typeof SequencedEvent>

/** What events are looked up by. */
export const RelatedObject = Text(255, 1, {
  description:
    'The id of an object: the events that tell of it, and of a payment intent or a customer those of what belongs to it, too.',
})
