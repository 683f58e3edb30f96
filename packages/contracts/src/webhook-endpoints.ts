import Type, { type Static } from 'typebox'
import {
  Deleted,
  Exact,
  IdParam,
  List,
  Metadata,
  MetadataUpdate,
  Nullable,
  pageQuery,
  Text,
  Timestamp,
  Unsettable,
} from './common.ts'
import { route } from './route.ts'

/** How many endpoints a merchant may have in each mode, as at Stripe. */
export const webhookEndpointsMax = 16
/** Longest time a secret goes on signing after it was replaced, in seconds: seven days. */
export const secretGraceSecondsMax = 7 * 24 * 60 * 60
/** The same when the caller says nothing: a day. */
export const secretGraceSeconds = 24 * 60 * 60

const Signature = Type.Union([Type.Literal('stripe'), Type.Literal('standard_webhooks'), Type.Literal('both')], {
  description: 'Which headers sign: Stripe-Signature, those of Standard Webhooks, or both.',
})
const Order = Type.Union([Type.Literal('best_effort'), Type.Literal('strict')], {
  description: 'strict: one after the other by seq, and what fails holds up what follows until it is given up.',
})
const Concurrency = Type.Integer({ minimum: 1, maximum: 32, description: 'Requests under way at a time.' })
const Rate = Type.Integer({ minimum: 1, maximum: 1000, description: 'Requests begun per second.' })
const TimeoutSeconds = Type.Integer({ minimum: 1, maximum: 30, description: 'How long an answer is waited for.' })

/** How an endpoint is delivered to. Micro's own: Stripe decides it alone. */
export const WebhookDeliverySettings = Type.Object({
  concurrency: Concurrency,
  order: Order,
  rate: Nullable(Rate, { description: 'Requests begun per second; null: as many as it answers.' }),
  signature: Signature,
  timeout: TimeoutSeconds,
})
export type WebhookDeliverySettings = Static<typeof WebhookDeliverySettings>

export const WebhookEndpointStatus = Type.Union([Type.Literal('enabled'), Type.Literal('disabled')])
export type WebhookEndpointStatus = Static<typeof WebhookEndpointStatus>

export const WebhookEndpoint = Type.Object({
  id: Type.String(),
  object: Type.Literal('webhook_endpoint'),
  api_version: Nullable(Type.String()),
  application: Type.Null(),
  created: Timestamp,
  delivery: WebhookDeliverySettings,
  description: Nullable(Type.String()),
  disabled_reason: Nullable(
    Type.Union([Type.Literal('requested'), Type.Literal('failing'), Type.Literal('gone')], {
      description: 'failing: nothing got through for five days. gone: it answered 410.',
    }),
  ),
  enabled_events: Type.Array(Type.String()),
  failing_since: Nullable(Timestamp, { description: 'Since when nothing got through.' }),
  livemode: Type.Boolean(),
  metadata: Metadata,
  previous_secret_until: Nullable(Timestamp, {
    description: 'Until then what is sent is signed with the secret before this one, too.',
  }),
  secret: Type.Optional(Type.String({ description: 'Told once: when it was made.' })),
  status: WebhookEndpointStatus,
  url: Type.String(),
})
export type WebhookEndpoint = Static<typeof WebhookEndpoint>

/** The same with its secret, right after that was made. */
export const WebhookEndpointWithSecret = Type.Object({ ...WebhookEndpoint.properties, secret: Type.String() })
export type WebhookEndpointWithSecret = Static<typeof WebhookEndpointWithSecret>

export const DeletedWebhookEndpoint = Deleted('webhook_endpoint')
export type DeletedWebhookEndpoint = Static<typeof DeletedWebhookEndpoint>

/** What is told of an endpoint, to whoever else is told of events. */
export const webhookEndpointEvents = { 'webhook_endpoint.disabled': WebhookEndpoint } as const

/** What a request to an endpoint came to. */
export const WebhookResult = Type.Object({
  delivered: Type.Boolean(),
  status: Nullable(Type.Integer({ description: 'The HTTP status; null where there was no answer.' })),
  error: Nullable(Type.String({ description: 'Why it does not count as delivered.' })),
  duration_ms: Type.Integer(),
  response: Nullable(
    Type.Object({
      headers: Type.Record(Type.String(), Type.String()),
      body: Type.String({ description: 'The first 16 KiB of it.' }),
      truncated: Type.Boolean(),
    }),
  ),
})
export type WebhookResult = Static<typeof WebhookResult>

export const WebhookTest = Type.Object({
  object: Type.Literal('webhook_test'),
  webhook_endpoint: Type.String(),
  event_type: Type.String(),
  livemode: Type.Boolean(),
  result: WebhookResult,
})
export type WebhookTest = Static<typeof WebhookTest>

const EnabledEvents = Type.Array(Text(100, 1), {
  minItems: 1,
  maxItems: 400,
  description:
    "Types of events; * is all of them but the ledger's, and payment_intent.* all of that object. ledger.* takes the scope ledger:read besides.",
})
const Url = Text(2048, 1)

const deliveryParam = Exact({
  concurrency: Type.Optional(Concurrency),
  order: Type.Optional(Order),
  rate: Type.Optional(Unsettable(Rate)),
  signature: Type.Optional(Signature),
  timeout: Type.Optional(TimeoutSeconds),
})
export type WebhookDeliveryParam = Static<typeof deliveryParam>

const common = { service: 'events', access: ['secret_key'], status: 200 } as const

export const webhookEndpointsApi = {
  createWebhookEndpoint: route({
    ...common,
    method: 'POST',
    path: '/v1/webhook_endpoints',
    scope: 'webhooks:write',
    idempotent: true,
    summary: 'Have events of some types sent to a URL. Its secret is told this once.',
    body: Exact({
      url: Url,
      enabled_events: EnabledEvents,
      api_version: Type.Optional(
        Type.String({
          pattern: '^20\\d\\d-\\d\\d-\\d\\d(\\.[a-z]{1,30})?$',
          'x-expected': 'a version such as 2026-10-28.endive',
          description: 'What events say their version is.',
        }),
      ),
      connect: Type.Optional(
        Type.Literal(false, { description: 'There are no connected accounts to have events of.' }),
      ),
      delivery: Type.Optional(deliveryParam),
      description: Type.Optional(Unsettable(Text(5000))),
      metadata: Type.Optional(MetadataUpdate),
    }),
    response: WebhookEndpointWithSecret,
    faults: ['url_invalid', 'webhook_endpoints_too_many', 'encryption_not_configured', 'parameter_invalid'],
  }),
  retrieveWebhookEndpoint: route({
    ...common,
    method: 'GET',
    path: '/v1/webhook_endpoints/:id',
    scope: 'webhooks:read',
    summary: 'Retrieve a webhook endpoint.',
    params: IdParam,
    response: WebhookEndpoint,
    faults: ['resource_missing'],
  }),
  updateWebhookEndpoint: route({
    ...common,
    method: 'POST',
    path: '/v1/webhook_endpoints/:id',
    scope: 'webhooks:write',
    idempotent: true,
    summary: 'Change a webhook endpoint, disable it or enable it again.',
    params: IdParam,
    body: Exact({
      url: Type.Optional(Url),
      enabled_events: Type.Optional(EnabledEvents),
      delivery: Type.Optional(deliveryParam),
      description: Type.Optional(Unsettable(Text(5000))),
      disabled: Type.Optional(Type.Boolean()),
      metadata: Type.Optional(MetadataUpdate),
    }),
    response: WebhookEndpoint,
    faults: ['resource_missing', 'url_invalid', 'parameter_invalid'],
  }),
  deleteWebhookEndpoint: route({
    ...common,
    method: 'DELETE',
    path: '/v1/webhook_endpoints/:id',
    scope: 'webhooks:write',
    summary: 'Delete a webhook endpoint. What was still to be sent there is not.',
    params: IdParam,
    response: DeletedWebhookEndpoint,
    faults: ['resource_missing'],
  }),
  listWebhookEndpoints: route({
    ...common,
    method: 'GET',
    path: '/v1/webhook_endpoints',
    scope: 'webhooks:read',
    summary: 'List webhook endpoints, newest first.',
    query: Exact(pageQuery),
    response: List(WebhookEndpoint),
    faults: ['parameter_resource_missing'],
  }),
  rotateWebhookSecret: route({
    ...common,
    method: 'POST',
    path: '/v1/webhook_endpoints/:id/rotate_secret',
    scope: 'webhooks:write',
    idempotent: true,
    summary: "Give an endpoint a new secret, told this once; the one before signs too for a while. Micro's own.",
    params: IdParam,
    body: Exact({
      expires_in: Type.Optional(
        Type.Integer({
          minimum: 0,
          maximum: secretGraceSecondsMax,
          default: secretGraceSeconds,
          description: 'For how many seconds the secret before this one signs, too.',
        }),
      ),
    }),
    response: WebhookEndpointWithSecret,
    faults: ['resource_missing', 'encryption_not_configured'],
  }),
  testWebhookEndpoint: route({
    ...common,
    method: 'POST',
    path: '/v1/webhook_endpoints/:id/test',
    scope: 'webhooks:write',
    summary: "Send a webhook_endpoint.ping there now, and tell what it answered. Micro's own; kept nowhere.",
    params: IdParam,
    body: Exact({}),
    response: WebhookTest,
    faults: ['resource_missing'],
  }),
} as const
