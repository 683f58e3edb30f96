import Type from 'typebox'
import {
  AnyId,
  Exact,
  IdParam,
  List,
  listQuery,
  Metadata,
  MetadataUpdate,
  searchQuery,
  SearchResult,
  Text,
  Unsettable,
} from './common.ts'
import {
  AskedCancellationReason,
  CaptureMethod,
  FutureUsage,
  PaymentIntent,
  PublicPaymentIntent,
  ThreeDSecureRequest,
} from './payment-intent.ts'
import { PaymentMethodParam } from './payment-methods.ts'
import { Refused, ShippingParam } from './payment-parts.ts'
import { route } from './route.ts'

const paymentMethod = Type.String({ minLength: 1, maxLength: 255 })
const noConnect = 'Micro has no connected accounts'
const connect = {
  application_fee_amount: Refused(noConnect),
  on_behalf_of: Refused(noConnect),
  transfer_data: Refused(noConnect),
}
const options = Type.Optional(
  Exact({
    card: Type.Optional(
      Exact({
        capture_method: Type.Optional(Unsettable(Type.Literal('manual'))),
        request_three_d_secure: Type.Optional(ThreeDSecureRequest),
        setup_future_usage: Type.Optional(Unsettable(FutureUsage)),
      }),
    ),
  }),
)

/** What may be said of a payment at its creation. */
const described = {
  description: Type.Optional(Text(1000)),
  metadata: Type.Optional(Metadata),
  receipt_email: Type.Optional(Text(254)),
  shipping: Type.Optional(ShippingParam),
  statement_descriptor: Type.Optional(Text(22)),
  statement_descriptor_suffix: Type.Optional(Text(22)),
  transfer_group: Type.Optional(Text(255)),
}
/** The same later, when it can be taken away again. */
const redescribed = {
  description: Type.Optional(Unsettable(Text(1000))),
  metadata: Type.Optional(MetadataUpdate),
  receipt_email: Type.Optional(Unsettable(Text(254))),
  shipping: Type.Optional(Unsettable(ShippingParam)),
  statement_descriptor: Type.Optional(Unsettable(Text(22))),
  statement_descriptor_suffix: Type.Optional(Unsettable(Text(22))),
  transfer_group: Type.Optional(Unsettable(Text(255))),
}
/** Tells that a browser may see and confirm this one payment intent; with a publishable key it is required. */
const clientSecret = Type.Optional(Text(255, 1))
const types = Type.Optional(Type.Array(Type.Literal('card'), { minItems: 1, maxItems: 1 }))

/** What a confirmation says of itself, by whichever operation it comes. */
const confirming = {
  error_on_requires_action: Type.Optional(Type.Boolean()),
  mandate: Refused('cards need none'),
  mandate_data: Type.Optional(Type.Record(Type.String({ maxLength: 40 }), Type.Unknown(), { maxProperties: 10 })),
  off_session: Type.Optional(Type.Union([Type.Boolean(), Type.Literal('one_off'), Type.Literal('recurring')])),
  payment_method_data: Type.Optional(PaymentMethodParam),
  return_url: Type.Optional(Text(2048, 1)),
  use_stripe_sdk: Type.Optional(Type.Boolean()),
}

const declines = [
  'card_declined',
  'expired_card',
  'incorrect_cvc',
  'processing_error',
  'authentication_required',
  'processor_not_configured',
] as const

const common = { service: 'payments', access: ['secret_key'] } as const
const writing = { ...common, method: 'POST', scope: 'payments:write', idempotent: true } as const
const reading = { ...common, method: 'GET', scope: 'payments:read', status: 200 } as const

export const paymentIntentsApi = {
  createPaymentIntent: route({
    ...writing,
    path: '/v1/payment_intents',
    alias: '/payments/payment_intents',
    status: 201,
    summary: 'Create a payment intent; with confirm=true also confirm it.',
    body: Exact({
      amount: Type.Integer({ minimum: 1 }),
      currency: Type.String({ minLength: 3, maxLength: 3 }),
      ...described,
      ...confirming,
      ...connect,
      payment_method: Type.Optional(paymentMethod),
      payment_method_types: types,
      payment_method_options: options,
      automatic_payment_methods: Type.Optional(
        Exact({
          enabled: Type.Boolean(),
          allow_redirects: Type.Optional(Type.Union([Type.Literal('always'), Type.Literal('never')])),
        }),
      ),
      capture_method: Type.Optional(CaptureMethod),
      confirm: Type.Optional(Type.Boolean()),
      confirmation_method: Type.Optional(Type.Union([Type.Literal('automatic'), Type.Literal('manual')])),
      customer: Type.Optional(AnyId),
      setup_future_usage: Type.Optional(FutureUsage),
    }),
    response: PaymentIntent,
    faults: ['amount_too_small', 'amount_too_large', 'currency_unsupported', ...declines],
  }),
  retrievePaymentIntent: route({
    ...reading,
    access: ['secret_key', 'publishable_key'],
    path: '/v1/payment_intents/:id',
    alias: '/payments/payment_intents/:id',
    summary: 'Retrieve a payment intent. With a publishable key: the one whose client_secret is given.',
    params: IdParam,
    query: Exact({ client_secret: clientSecret }),
    response: PaymentIntent,
    publicResponse: PublicPaymentIntent,
    faults: ['resource_missing'],
  }),
  updatePaymentIntent: route({
    ...writing,
    path: '/v1/payment_intents/:id',
    alias: '/payments/payment_intents/:id',
    status: 200,
    summary: 'Change what has not been charged yet; what is only noted may be changed at any time.',
    params: IdParam,
    body: Exact({
      amount: Type.Optional(Type.Integer({ minimum: 1 })),
      currency: Type.Optional(Type.String({ minLength: 3, maxLength: 3 })),
      ...redescribed,
      ...connect,
      capture_method: Type.Optional(CaptureMethod),
      customer: Type.Optional(Unsettable(AnyId)),
      payment_method: Type.Optional(Unsettable(Text(255))),
      payment_method_types: types,
      payment_method_options: options,
      setup_future_usage: Type.Optional(Unsettable(FutureUsage)),
    }),
    response: PaymentIntent,
    faults: [
      'resource_missing',
      'payment_intent_unexpected_state',
      'amount_too_small',
      'amount_too_large',
      'currency_unsupported',
      'lock_timeout',
    ],
  }),
  listPaymentIntents: route({
    ...reading,
    path: '/v1/payment_intents',
    alias: '/payments/payment_intents',
    summary: 'List payment intents, newest first.',
    query: Exact({ ...listQuery, customer: Type.Optional(AnyId) }),
    response: List(PaymentIntent),
  }),
  searchPaymentIntents: route({
    ...reading,
    path: '/v1/payment_intents/search',
    summary: 'Search payment intents by amount, created, currency, customer, metadata and status.',
    query: Exact(searchQuery),
    response: SearchResult(PaymentIntent),
  }),
  confirmPaymentIntent: route({
    ...writing,
    access: ['secret_key', 'publishable_key'],
    path: '/v1/payment_intents/:id/confirm',
    alias: '/payments/payment_intents/:id/confirm',
    status: 200,
    summary:
      'Confirm a payment intent: charge its payment method, or say what its holder has to do first. With a publishable key: the one whose client_secret is given.',
    params: IdParam,
    body: Exact({
      ...confirming,
      client_secret: clientSecret,
      amount_to_confirm: Type.Optional(Type.Integer({ minimum: 1 })),
      capture_method: Type.Optional(CaptureMethod),
      payment_method: Type.Optional(paymentMethod),
      payment_method_id: Type.Optional(paymentMethod),
      payment_method_options: options,
      payment_method_types: types,
      receipt_email: Type.Optional(Text(254)),
      setup_future_usage: Type.Optional(Unsettable(FutureUsage)),
      shipping: Type.Optional(Unsettable(ShippingParam)),
    }),
    response: PaymentIntent,
    publicResponse: PublicPaymentIntent,
    faults: [
      'resource_missing',
      'payment_method_missing',
      'payment_intent_unexpected_state',
      'lock_timeout',
      ...declines,
    ],
  }),
  capturePaymentIntent: route({
    ...writing,
    path: '/v1/payment_intents/:id/capture',
    alias: '/payments/payment_intents/:id/capture',
    status: 200,
    summary: 'Take what was authorised, or a part of it; the rest is given back.',
    params: IdParam,
    body: Exact({
      amount_to_capture: Type.Optional(Type.Integer({ minimum: 1 })),
      application_fee_amount: connect.application_fee_amount,
      final_capture: Type.Optional(Type.Boolean()),
      metadata: Type.Optional(MetadataUpdate),
      statement_descriptor: Type.Optional(Text(22)),
      statement_descriptor_suffix: Type.Optional(Text(22)),
      transfer_data: connect.transfer_data,
    }),
    response: PaymentIntent,
    faults: [
      'resource_missing',
      'payment_intent_unexpected_state',
      'amount_too_large',
      'charge_expired_for_capture',
      'lock_timeout',
    ],
  }),
  cancelPaymentIntent: route({
    ...writing,
    path: '/v1/payment_intents/:id/cancel',
    alias: '/payments/payment_intents/:id/cancel',
    status: 200,
    summary: 'Cancel a payment intent that has not succeeded; what was authorised is given back.',
    params: IdParam,
    body: Exact({ cancellation_reason: Type.Optional(AskedCancellationReason) }),
    response: PaymentIntent,
    faults: ['resource_missing', 'payment_intent_unexpected_state', 'lock_timeout'],
  }),
  incrementAuthorization: route({
    ...writing,
    path: '/v1/payment_intents/:id/increment_authorization',
    status: 200,
    summary: "Refused: cards' authorisations are not raised here. Authorise anew for more.",
    params: IdParam,
    body: Exact({
      amount: Type.Integer({ minimum: 1 }),
      description: described.description,
      metadata: described.metadata,
      statement_descriptor: described.statement_descriptor,
    }),
    response: PaymentIntent,
    faults: ['resource_missing', 'increment_unsupported'],
  }),
} as const
