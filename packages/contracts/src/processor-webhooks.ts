import Type, { type Static } from 'typebox'
import { Deleted, Exact, IdParam, Timestamp } from './common.ts'
import { route } from './route.ts'

/** Where a processor tells Micro what nobody asked it. The secret it signs with is never shown again. */
export const ProcessorWebhook = Type.Object({
  object: Type.Literal('payment_processor_webhook'),
  created: Timestamp,
  livemode: Type.Boolean(),
  processor: Type.String(),
  url: Type.String({ description: "The endpoint's address, as it is to be made at the processor." }),
})
export type ProcessorWebhook = Static<typeof ProcessorWebhook>

/** Events in live mode are a few kilobytes; metadata and addresses of a long payment make them tens of them. */
const eventBytesMax = 256 * 1024

export const processorWebhooksApi = {
  setWebhookSecret: route({
    method: 'POST',
    path: '/payments/processors/:id/webhook_secret',
    service: 'payments',
    access: ['secret_key'],
    scope: 'processors:write',
    status: 200,
    summary: 'Say with which secret a processor signs what it tells; again replaces the secret.',
    params: IdParam,
    body: Exact({
      webhook_secret: Type.String({
        pattern: '^[!-~]{8,255}$',
        description: "The endpoint's signing secret, whsec_…: kept encrypted, and never shown again.",
      }),
    }),
    response: ProcessorWebhook,
    faults: ['resource_missing', 'encryption_not_configured'],
  }),
  removeWebhookSecret: route({
    method: 'DELETE',
    path: '/payments/processors/:id/webhook_secret',
    service: 'payments',
    access: ['secret_key'],
    scope: 'processors:write',
    status: 200,
    summary: 'Forget the secret of a processor, also of one that was removed: nothing it tells is taken any more.',
    params: IdParam,
    response: Deleted('payment_processor_webhook'),
    faults: ['resource_missing'],
  }),
  receiveProcessorEvent: route({
    method: 'POST',
    path: '/payments/processors/:id/webhook',
    service: 'payments',
    access: ['public'],
    signed: true,
    bodyBytesMax: eventBytesMax,
    status: 200,
    summary:
      'What a processor tells of its own accord: an event, signed in the Stripe-Signature header. No key is needed.',
    params: IdParam,
    response: Type.Object({ received: Type.Literal(true) }),
    faults: ['webhook_signature_invalid', 'processor_events_waiting'],
  }),
} as const
