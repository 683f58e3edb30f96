import Type, { type Static } from 'typebox'
import { Metadata, Nullable, Timestamp } from './common.ts'
import { Expandable } from './expand.ts'
import { PaymentError, PublicPaymentError, Shipping } from './payment-parts.ts'

export const PaymentIntentStatus = Type.Union([
  Type.Literal('requires_payment_method'),
  Type.Literal('requires_confirmation'),
  Type.Literal('requires_action'),
  Type.Literal('processing'),
  Type.Literal('requires_capture'),
  Type.Literal('succeeded'),
  Type.Literal('canceled'),
])
export type PaymentIntentStatus = Static<typeof PaymentIntentStatus>

export const CaptureMethod = Type.Union([
  Type.Literal('automatic'),
  Type.Literal('automatic_async'),
  Type.Literal('manual'),
])
export type CaptureMethod = Static<typeof CaptureMethod>

export const FutureUsage = Type.Union([Type.Literal('on_session'), Type.Literal('off_session')])
export type FutureUsage = Static<typeof FutureUsage>

/** What a caller may give; `automatic` and `expired` are Micro's own. */
export const AskedCancellationReason = Type.Union([
  Type.Literal('duplicate'),
  Type.Literal('fraudulent'),
  Type.Literal('requested_by_customer'),
  Type.Literal('abandoned'),
])
export const CancellationReason = Type.Union([
  ...AskedCancellationReason.anyOf,
  Type.Literal('automatic'),
  Type.Literal('expired'),
])
export type CancellationReason = Static<typeof CancellationReason>

export const NextAction = Type.Object({
  type: Type.Union([Type.Literal('redirect_to_url'), Type.Literal('use_stripe_sdk')]),
  redirect_to_url: Type.Optional(Type.Object({ return_url: Nullable(Type.String()), url: Nullable(Type.String()) })),
  use_stripe_sdk: Type.Optional(
    Type.Object({
      type: Type.String(),
      stripe_js: Type.String({ description: 'Where the holder of the card proves to be one.' }),
    }),
  ),
})
export type NextAction = Static<typeof NextAction>

export const ThreeDSecureRequest = Type.Union([
  Type.Literal('any'),
  Type.Literal('automatic'),
  Type.Literal('challenge'),
])

export const PaymentMethodOptions = Type.Object({
  card: Type.Optional(
    Type.Object({
      capture_method: Type.Optional(Type.Literal('manual')),
      installments: Type.Null(),
      mandate_options: Type.Null(),
      network: Type.Null(),
      request_three_d_secure: Nullable(ThreeDSecureRequest),
      setup_future_usage: Type.Optional(FutureUsage),
    }),
  ),
})
export type PaymentMethodOptions = Static<typeof PaymentMethodOptions>

export const PaymentIntent = Type.Object({
  id: Type.String(),
  object: Type.Literal('payment_intent'),
  allowed_payment_method_types: Type.Null(),
  amount: Type.Integer(),
  amount_capturable: Type.Integer(),
  amount_details: Type.Object({ tip: Type.Object({}) }),
  amount_received: Type.Integer(),
  application: Type.Null(),
  application_fee_amount: Type.Null(),
  automatic_payment_methods: Nullable(
    Type.Object({
      allow_redirects: Type.Optional(Type.Union([Type.Literal('always'), Type.Literal('never')])),
      enabled: Type.Boolean(),
    }),
  ),
  canceled_at: Nullable(Timestamp),
  cancellation_reason: Nullable(CancellationReason),
  capture_method: CaptureMethod,
  client_secret: Type.String(),
  confirmation_method: Type.Union([Type.Literal('automatic'), Type.Literal('manual')]),
  created: Timestamp,
  currency: Type.String(),
  customer: Expandable('customer'),
  customer_account: Type.Null(),
  description: Nullable(Type.String()),
  excluded_payment_method_types: Type.Null(),
  last_payment_error: Nullable(PaymentError),
  latest_charge: Expandable('charge'),
  livemode: Type.Boolean(),
  managed_payments: Type.Null(),
  metadata: Metadata,
  next_action: Nullable(NextAction),
  on_behalf_of: Type.Null(),
  payment_method: Expandable('payment_method'),
  payment_method_configuration_details: Type.Null(),
  payment_method_options: PaymentMethodOptions,
  payment_method_types: Type.Array(Type.String()),
  payment_record: Type.Null(),
  processing: Type.Null(),
  receipt_email: Nullable(Type.String()),
  review: Type.Null(),
  setup_future_usage: Nullable(FutureUsage),
  shipping: Nullable(Shipping),
  source: Type.Null(),
  statement_descriptor: Nullable(Type.String()),
  statement_descriptor_suffix: Nullable(Type.String()),
  status: PaymentIntentStatus,
  transfer_data: Type.Null(),
  transfer_group: Nullable(Type.String()),
})
export type PaymentIntent = Static<typeof PaymentIntent>

/** What a payer's browser sees of it: the members Stripe shows there, and nothing the merchant wrote for itself. */
export const PublicPaymentIntent = Type.Object({
  ...Type.Pick(PaymentIntent, [
    'id',
    'object',
    'amount',
    'automatic_payment_methods',
    'canceled_at',
    'cancellation_reason',
    'capture_method',
    'client_secret',
    'confirmation_method',
    'created',
    'currency',
    'description',
    'livemode',
    'next_action',
    'payment_method',
    'payment_method_types',
    'processing',
    'receipt_email',
    'setup_future_usage',
    'shipping',
    'source',
    'status',
  ]).properties,
  last_payment_error: Nullable(PublicPaymentError),
})

/** What is told of a payment intent, and what each event shows. */
export const paymentIntentEvents = {
  'payment_intent.created': PaymentIntent,
  'payment_intent.processing': PaymentIntent,
  'payment_intent.requires_action': PaymentIntent,
  'payment_intent.amount_capturable_updated': PaymentIntent,
  'payment_intent.succeeded': PaymentIntent,
  'payment_intent.payment_failed': PaymentIntent,
  'payment_intent.canceled': PaymentIntent,
} as const
