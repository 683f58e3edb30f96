import Type, { type Static } from 'typebox'
import {
  AnyId,
  Bounds,
  Exact,
  IdParam,
  List,
  listQuery,
  Nullable,
  stretch,
  Text,
  TimeFilter,
  Timestamp,
} from './common.ts'
import { Event, RelatedObject } from './event.ts'
import { route } from './route.ts'
import { WebhookResult } from './webhook-endpoints.ts'

export const WebhookDeliveryStatus = Type.Union(
  [Type.Literal('pending'), Type.Literal('delivered'), Type.Literal('failed')],
  { description: 'failed: given up, until somebody has it sent again.' },
)
export type WebhookDeliveryStatus = Static<typeof WebhookDeliveryStatus>

/** One event's way to one endpoint. There is one for each pair, however often it is sent. */
export const WebhookDelivery = Type.Object({
  id: Type.String(),
  object: Type.Literal('webhook_delivery'),
  attempts: Type.Integer({ description: 'Requests made so far.' }),
  created: Timestamp,
  delivered: Nullable(Timestamp, { description: 'When it got through the first time.' }),
  event: Type.String(),
  event_type: Type.String(),
  last_error: Nullable(Type.String()),
  last_status: Nullable(Type.Integer({ description: 'The HTTP status of the last answer.' })),
  livemode: Type.Boolean(),
  next_attempt: Nullable(Timestamp, { description: 'null: none is due.' }),
  seq: Type.Integer({ description: "The event's place in the order of all of them." }),
  status: WebhookDeliveryStatus,
  webhook_endpoint: Type.String(),
})
export type WebhookDelivery = Static<typeof WebhookDelivery>

/** One request that was made, and what came back. */
export const WebhookAttempt = Type.Object({
  id: Type.String(),
  object: Type.Literal('webhook_attempt'),
  created: Timestamp,
  livemode: Type.Boolean(),
  manual: Type.Boolean({ description: 'Somebody had it sent again.' }),
  number: Type.Integer(),
  request: Type.Object({
    url: Type.String(),
    headers: Type.Record(Type.String(), Type.String()),
    body: Nullable(Type.String(), { description: 'The event, as it was sent. null for a key without `events:read`.' }),
  }),
  result: WebhookResult,
  webhook_delivery: Type.String(),
})
export type WebhookAttempt = Static<typeof WebhookAttempt>

const attemptFigures = {
  delivered: Type.Integer({ description: 'Requests that got through.' }),
  refused: Type.Integer({ description: 'Requests that were answered, but not with a success.' }),
  unanswered: Type.Integer({ description: 'Requests that no answer came to.' }),
  duration_ms_p50: Nullable(Type.Integer(), {
    description: 'Half of those that were answered took no longer; null where none was.',
  }),
  duration_ms_p95: Nullable(Type.Integer(), { description: 'Of twenty that were answered, nineteen took no longer.' }),
}

export const WebhookFigures = Type.Object({
  object: Type.Literal('webhook_figures'),
  webhook_endpoint: Type.String(),
  ...attemptFigures,
  series: Type.Array(Type.Object({ ...stretch, ...attemptFigures }), { description: 'The same of each stretch.' }),
  livemode: Type.Boolean(),
})
export type WebhookFigures = Static<typeof WebhookFigures>

/** How many deliveries one call sends again. */
export const resendMax = 10_000

export const WebhookResend = Type.Object({
  object: Type.Literal('webhook_resend'),
  count: Type.Integer({ description: `How many are sent again, ${resendMax} at most; of a dry run, would be.` }),
  dry_run: Type.Boolean(),
  has_more: Type.Boolean({ description: 'There are more: call again.' }),
  last_seq: Nullable(Type.Integer({ description: 'The last event among them; the next call may begin after it.' })),
  livemode: Type.Boolean(),
  webhook_endpoint: Type.String(),
})
export type WebhookResend = Static<typeof WebhookResend>

const Seq = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER })
const common = { service: 'events', access: ['secret_key'], status: 200 } as const

/** All but the first is Micro's own: Stripe shows deliveries in its dashboard alone. */
export const webhookDeliveriesApi = {
  retryEvent: route({
    ...common,
    method: 'POST',
    path: '/v1/events/:id/retry',
    scope: 'webhooks:write',
    summary: 'Send an event again: to one webhook endpoint, or to every one that is subscribed to it.',
    params: IdParam,
    body: Exact({
      webhook_endpoint: Type.Optional(AnyId),
      for_stripecli: Type.Optional(
        Type.Boolean({ description: "To whoever listens with Stripe's command line, not to endpoints." }),
      ),
      account: Type.Optional(Text(255)),
    }),
    response: Event,
    faults: ['resource_missing', 'parameter_resource_missing', 'webhook_endpoint_disabled'],
  }),
  listWebhookDeliveries: route({
    ...common,
    method: 'GET',
    path: '/events/deliveries',
    scope: 'webhooks:read',
    summary: 'List what was sent to webhook endpoints, and what is still to be, newest first.',
    query: Exact({
      ...listQuery,
      webhook_endpoint: Type.Optional(AnyId),
      event: Type.Optional(AnyId),
      event_type: Type.Optional(Text(100, 1)),
      related_object: Type.Optional(RelatedObject),
      status: Type.Optional(WebhookDeliveryStatus),
    }),
    response: List(WebhookDelivery),
    faults: ['parameter_resource_missing', 'report_too_large'],
  }),
  retrieveWebhookDelivery: route({
    ...common,
    method: 'GET',
    path: '/events/deliveries/:id',
    scope: 'webhooks:read',
    summary: 'Retrieve a delivery.',
    params: IdParam,
    response: WebhookDelivery,
    faults: ['resource_missing'],
  }),
  listWebhookAttempts: route({
    ...common,
    method: 'GET',
    path: '/events/deliveries/:id/attempts',
    scope: 'webhooks:read',
    summary: 'What was asked and answered each time, newest first: the last 100.',
    params: IdParam,
    response: List(WebhookAttempt),
    faults: ['resource_missing'],
  }),
  retrieveWebhookFigures: route({
    ...common,
    method: 'GET',
    path: '/v1/webhook_endpoints/:id/figures',
    scope: 'webhooks:read',
    summary:
      "What came of an endpoint's requests in stretches of time, and how long they took. As long as requests are kept.",
    params: IdParam,
    query: Exact({ bounds: Bounds }),
    response: WebhookFigures,
    faults: ['resource_missing', 'report_too_large', 'figures_busy', 'parameter_invalid'],
  }),
  resendWebhookDelivery: route({
    ...common,
    method: 'POST',
    path: '/events/deliveries/:id/resend',
    scope: 'webhooks:write',
    summary: 'Send it again now, whether it got through or not, and on from the start of the schedule.',
    params: IdParam,
    body: Exact({}),
    response: WebhookDelivery,
    faults: ['resource_missing', 'webhook_endpoint_disabled'],
  }),
  resendWebhookDeliveries: route({
    ...common,
    method: 'POST',
    path: '/events/deliveries/resend',
    scope: 'webhooks:write',
    summary: 'Send an endpoint again what failed, what it never got, or all of it: of a time, or of a range of seqs.',
    body: Exact({
      webhook_endpoint: AnyId,
      which: Type.Optional(
        Type.Union([Type.Literal('failed'), Type.Literal('missing'), Type.Literal('all')], {
          default: 'failed',
          description:
            'failed: what was given up. missing: failed, and events it was never sent, such as those before it was made. all: missing, and what got through.',
        }),
      ),
      created: Type.Optional(TimeFilter),
      seq: Type.Optional(Exact({ gte: Type.Optional(Seq), lte: Type.Optional(Seq) })),
      types: Type.Optional(Type.Array(Text(100, 1), { minItems: 1, maxItems: 20 })),
      dry_run: Type.Optional(Type.Boolean({ description: 'Only count.' })),
    }),
    response: WebhookResend,
    faults: ['parameter_resource_missing', 'webhook_endpoint_disabled', 'parameter_invalid'],
  }),
} as const
