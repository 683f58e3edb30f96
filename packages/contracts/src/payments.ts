import Type, { type Static } from 'typebox'
import { Exact, IdParam, List, Metadata, Nullable, pageQuery, Text, Timestamp } from './common.ts'
import { outboxApi } from './outbox.ts'
import { route } from './route.ts'

export const PaymentIntentStatus = Type.Union([
  Type.Literal('requires_payment_method'),
  Type.Literal('requires_confirmation'),
  Type.Literal('processing'),
  Type.Literal('succeeded'),
  Type.Literal('canceled'),
])
export type PaymentIntentStatus = Static<typeof PaymentIntentStatus>

export const CancellationReason = Type.Union([
  Type.Literal('duplicate'),
  Type.Literal('fraudulent'),
  Type.Literal('requested_by_customer'),
  Type.Literal('abandoned'),
])
export type CancellationReason = Static<typeof CancellationReason>

export const PaymentError = Type.Object({
  type: Type.String(),
  code: Type.String(),
  decline_code: Type.Optional(Type.String()),
  message: Type.String(),
  param: Type.Optional(Type.String()),
  charge: Type.Optional(Type.String()),
})
export type PaymentError = Static<typeof PaymentError>

export const PaymentIntent = Type.Object({
  id: Type.String(),
  object: Type.Literal('payment_intent'),
  amount: Type.Integer(),
  amount_capturable: Type.Integer(),
  amount_received: Type.Integer(),
  automatic_payment_methods: Nullable(
    Type.Object({ enabled: Type.Boolean(), allow_redirects: Type.Optional(Type.String()) }),
  ),
  canceled_at: Nullable(Timestamp),
  cancellation_reason: Nullable(CancellationReason),
  capture_method: Type.Union([Type.Literal('automatic'), Type.Literal('automatic_async')]),
  client_secret: Type.String(),
  confirmation_method: Type.Literal('automatic'),
  created: Timestamp,
  currency: Type.String(),
  customer: Type.Null(),
  description: Nullable(Type.String()),
  last_payment_error: Nullable(PaymentError),
  latest_charge: Nullable(Type.String()),
  livemode: Type.Boolean(),
  metadata: Metadata,
  next_action: Type.Null(),
  payment_method: Nullable(Type.String()),
  payment_method_types: Type.Array(Type.String()),
  receipt_email: Nullable(Type.String()),
  statement_descriptor: Nullable(Type.String()),
  status: PaymentIntentStatus,
})
export type PaymentIntent = Static<typeof PaymentIntent>

export const Charge = Type.Object({
  id: Type.String(),
  object: Type.Literal('charge'),
  amount: Type.Integer(),
  amount_captured: Type.Integer(),
  amount_refunded: Type.Integer(),
  balance_transaction: Nullable(Type.String({ description: 'The ledger transaction that booked it.' })),
  captured: Type.Boolean(),
  created: Timestamp,
  currency: Type.String(),
  description: Nullable(Type.String()),
  failure_code: Nullable(Type.String()),
  failure_message: Nullable(Type.String()),
  livemode: Type.Boolean(),
  metadata: Metadata,
  paid: Type.Boolean(),
  payment_intent: Type.String(),
  payment_method: Nullable(Type.String()),
  refunded: Type.Boolean(),
  status: Type.Union([Type.Literal('succeeded'), Type.Literal('pending'), Type.Literal('failed')]),
})
export type Charge = Static<typeof Charge>

const paymentMethod = Type.String({ minLength: 1, maxLength: 255 })

export const paymentsApi = {
  createPaymentIntent: route({
    method: 'POST',
    path: '/v1/payment_intents',
    alias: '/payments/payment_intents',
    service: 'payments',
    access: ['secret_key'],
    scope: 'payments:write',
    status: 201,
    idempotent: true,
    summary: 'Create a payment intent; with confirm=true also confirm it.',
    body: Exact({
      amount: Type.Integer({ minimum: 1 }),
      currency: Type.String({ minLength: 3, maxLength: 3 }),
      description: Type.Optional(Text(1000)),
      metadata: Type.Optional(Metadata),
      payment_method: Type.Optional(paymentMethod),
      payment_method_types: Type.Optional(Type.Array(Type.Literal('card'), { minItems: 1, maxItems: 1 })),
      automatic_payment_methods: Type.Optional(
        Exact({
          enabled: Type.Boolean(),
          allow_redirects: Type.Optional(Type.Union([Type.Literal('always'), Type.Literal('never')])),
        }),
      ),
      capture_method: Type.Optional(Type.Union([Type.Literal('automatic'), Type.Literal('automatic_async')])),
      confirm: Type.Optional(Type.Boolean()),
      return_url: Type.Optional(Text(2048)),
      receipt_email: Type.Optional(Text(254)),
      statement_descriptor: Type.Optional(Text(22)),
    }),
    response: PaymentIntent,
    faults: [
      'amount_too_small',
      'amount_too_large',
      'currency_unsupported',
      'card_declined',
      'processor_not_configured',
    ],
  }),
  retrievePaymentIntent: route({
    method: 'GET',
    path: '/v1/payment_intents/:id',
    alias: '/payments/payment_intents/:id',
    service: 'payments',
    access: ['secret_key'],
    scope: 'payments:read',
    status: 200,
    summary: 'Retrieve a payment intent.',
    params: IdParam,
    response: PaymentIntent,
    faults: ['resource_missing'],
  }),
  listPaymentIntents: route({
    method: 'GET',
    path: '/v1/payment_intents',
    alias: '/payments/payment_intents',
    service: 'payments',
    access: ['secret_key'],
    scope: 'payments:read',
    status: 200,
    summary: 'List payment intents, newest first.',
    query: Exact(pageQuery),
    response: List(PaymentIntent),
  }),
  confirmPaymentIntent: route({
    method: 'POST',
    path: '/v1/payment_intents/:id/confirm',
    alias: '/payments/payment_intents/:id/confirm',
    service: 'payments',
    access: ['secret_key'],
    scope: 'payments:write',
    status: 200,
    idempotent: true,
    summary: 'Confirm a payment intent: charge its payment method.',
    params: IdParam,
    body: Exact({
      payment_method: Type.Optional(paymentMethod),
      payment_method_id: Type.Optional(paymentMethod),
      return_url: Type.Optional(Text(2048)),
      receipt_email: Type.Optional(Text(254)),
    }),
    response: PaymentIntent,
    faults: [
      'resource_missing',
      'payment_method_missing',
      'payment_intent_unexpected_state',
      'lock_timeout',
      'card_declined',
      'expired_card',
      'incorrect_cvc',
      'processing_error',
      'processor_not_configured',
    ],
  }),
  cancelPaymentIntent: route({
    method: 'POST',
    path: '/v1/payment_intents/:id/cancel',
    alias: '/payments/payment_intents/:id/cancel',
    service: 'payments',
    access: ['secret_key'],
    scope: 'payments:write',
    status: 200,
    idempotent: true,
    summary: 'Cancel a payment intent that has not succeeded.',
    params: IdParam,
    body: Exact({ cancellation_reason: Type.Optional(CancellationReason) }),
    response: PaymentIntent,
    faults: ['resource_missing', 'payment_intent_unexpected_state', 'lock_timeout'],
  }),
  ...outboxApi('payments'),
} as const
