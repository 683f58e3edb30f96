import Type, { type Static } from 'typebox'
import { Address, AddressParam } from './addresses.ts'
import {
  AnyId,
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
import { Expandable } from './expand.ts'
import { route } from './route.ts'

export const PaymentMethodType = Type.Literal('card')

const AllowRedisplay = Type.Union([Type.Literal('always'), Type.Literal('limited'), Type.Literal('unspecified')])

export const BillingDetails = Type.Object({
  address: Nullable(Address),
  email: Nullable(Type.String()),
  name: Nullable(Type.String()),
  phone: Nullable(Type.String()),
  tax_id: Nullable(Type.String()),
})
export type BillingDetails = Static<typeof BillingDetails>

export const BillingDetailsParam = Exact({
  address: Type.Optional(Unsettable(AddressParam)),
  email: Type.Optional(Unsettable(Text(512))),
  name: Type.Optional(Unsettable(Text(256))),
  phone: Type.Optional(Unsettable(Text(20))),
  tax_id: Type.Optional(Unsettable(Text(50))),
})
export type BillingDetailsParam = Static<typeof BillingDetailsParam>

/** How a check of what the payer entered ended: pass, fail, unavailable, unchecked; null where nothing was entered. */
const Check = Nullable(Type.String())

export const PaymentMethodCard = Type.Object({
  brand: Type.String(),
  checks: Type.Object({ address_line1_check: Check, address_postal_code_check: Check, cvc_check: Check }),
  country: Type.String(),
  display_brand: Type.String(),
  exp_month: Type.Integer(),
  exp_year: Type.Integer(),
  fingerprint: Type.String({ description: 'The same for every payment method of the same card, of one merchant.' }),
  funding: Type.String(),
  generated_from: Type.Null(),
  last4: Type.String(),
  networks: Type.Object({ available: Type.Array(Type.String()), preferred: Type.Null() }),
  regulated_status: Type.String(),
  three_d_secure_usage: Type.Object({ supported: Type.Boolean() }),
  wallet: Type.Null(),
})
export type PaymentMethodCard = Static<typeof PaymentMethodCard>

export const PaymentMethod = Type.Object({
  id: Type.String(),
  object: Type.Literal('payment_method'),
  allow_redisplay: AllowRedisplay,
  billing_details: BillingDetails,
  card: PaymentMethodCard,
  created: Timestamp,
  customer: Expandable('customer'),
  customer_account: Type.Null(),
  livemode: Type.Boolean(),
  metadata: Metadata,
  type: PaymentMethodType,
})
export type PaymentMethod = Static<typeof PaymentMethod>

/** What a payer's browser sees of it: nothing the merchant wrote for itself, nor what tells a card again. */
export const PublicPaymentMethod = Type.Object({
  ...Type.Pick(PaymentMethod, ['id', 'object', 'allow_redisplay', 'billing_details']).properties,
  card: Type.Omit(PaymentMethodCard, ['fingerprint']),
  ...Type.Pick(PaymentMethod, ['created', 'customer', 'livemode', 'type']).properties,
})

/** What is told of a payment method, and what each event shows. */
export const paymentMethodEvents = {
  'payment_method.attached': PaymentMethod,
  'payment_method.detached': PaymentMethod,
  'payment_method.updated': PaymentMethod,
} as const

const changeable = {
  allow_redisplay: Type.Optional(AllowRedisplay),
  billing_details: Type.Optional(BillingDetailsParam),
  metadata: Type.Optional(MetadataUpdate),
}

const CardParam = Exact({
  token: Type.Optional(AnyId),
  // Named here so that they are refused as what they are, and not as unknown.
  number: Type.Optional(Text(255)),
  cvc: Type.Optional(Text(255)),
  exp_month: Type.Optional(Type.Integer()),
  exp_year: Type.Optional(Type.Integer()),
})

/** A payment method made where it is used. */
export const PaymentMethodParam = Exact({
  type: PaymentMethodType,
  card: CardParam,
  allow_redisplay: Type.Optional(AllowRedisplay),
  billing_details: Type.Optional(BillingDetailsParam),
  metadata: Type.Optional(Metadata),
})
export type PaymentMethodParam = Static<typeof PaymentMethodParam>

export const paymentMethodsApi = {
  createPaymentMethod: route({
    method: 'POST',
    path: '/v1/payment_methods',
    service: 'payments',
    access: ['secret_key', 'publishable_key'],
    scope: 'payments:write',
    status: 200,
    idempotent: true,
    summary:
      'Create a payment method from a token such as tok_visa; with a publishable key from a web page, too. Card numbers are refused.',
    body: Exact({
      type: PaymentMethodType,
      card: CardParam,
      ...changeable,
    }),
    response: PaymentMethod,
    publicResponse: PublicPaymentMethod,
    faults: ['card_number_refused', 'parameter_resource_missing', 'processor_not_configured'],
  }),
  retrievePaymentMethod: route({
    method: 'GET',
    path: '/v1/payment_methods/:id',
    service: 'payments',
    access: ['secret_key'],
    scope: 'payments:read',
    status: 200,
    summary: 'Retrieve a payment method.',
    params: IdParam,
    response: PaymentMethod,
    faults: ['resource_missing'],
  }),
  updatePaymentMethod: route({
    method: 'POST',
    path: '/v1/payment_methods/:id',
    service: 'payments',
    access: ['secret_key'],
    scope: 'payments:write',
    status: 200,
    idempotent: true,
    summary: 'Change the details of a payment method that is attached to a customer.',
    params: IdParam,
    body: Exact({
      ...changeable,
      card: Type.Optional(Exact({ exp_month: Type.Optional(Type.Integer()), exp_year: Type.Optional(Type.Integer()) })),
    }),
    response: PaymentMethod,
    faults: ['resource_missing', 'payment_method_unexpected_state', 'invalid_expiry_month', 'invalid_expiry_year'],
  }),
  listPaymentMethods: route({
    method: 'GET',
    path: '/v1/payment_methods',
    service: 'payments',
    access: ['secret_key'],
    scope: 'payments:read',
    status: 200,
    summary: "List a customer's payment methods, newest first.",
    query: Exact({ ...pageQuery, customer: AnyId, type: Type.Optional(PaymentMethodType) }),
    response: List(PaymentMethod),
    faults: ['parameter_resource_missing'],
  }),
  attachPaymentMethod: route({
    method: 'POST',
    path: '/v1/payment_methods/:id/attach',
    service: 'payments',
    access: ['secret_key'],
    scope: 'payments:write',
    status: 200,
    idempotent: true,
    summary: 'Attach a payment method to a customer, once the processor has verified it.',
    params: IdParam,
    body: Exact({ customer: AnyId }),
    response: PaymentMethod,
    faults: [
      'resource_missing',
      'parameter_resource_missing',
      'payment_method_unexpected_state',
      'card_declined',
      'expired_card',
      'incorrect_cvc',
      'processing_error',
    ],
  }),
  detachPaymentMethod: route({
    method: 'POST',
    path: '/v1/payment_methods/:id/detach',
    service: 'payments',
    access: ['secret_key'],
    scope: 'payments:write',
    status: 200,
    idempotent: true,
    summary: 'Detach a payment method from its customer, for good.',
    params: IdParam,
    body: Exact({}),
    response: PaymentMethod,
    faults: ['resource_missing', 'payment_method_unexpected_state'],
  }),
} as const
