import Type, { type Static } from 'typebox'
import {
  AnyId,
  Exact,
  IdParam,
  List,
  listQuery,
  Metadata,
  MetadataUpdate,
  Nullable,
  pageQuery,
  Text,
  Timestamp,
} from './common.ts'
import { Expandable, Includable } from './expand.ts'
import { ShippingParam } from './payment-parts.ts'
import { priceAmount, unsupportedAmounts } from './price-amounts.ts'
import { Price } from './prices.ts'
import { route } from './route.ts'

export const CheckoutStatus = Type.Union([Type.Literal('open'), Type.Literal('complete'), Type.Literal('expired')])
export type CheckoutStatus = Static<typeof CheckoutStatus>

/** What a line of a session sells, as it was when the session was made. */
export const CheckoutLineItem = Type.Object({
  id: Type.String(),
  object: Type.Literal('item'),
  adjustable_quantity: Type.Null(),
  amount_discount: Type.Integer(),
  amount_subtotal: Type.Integer(),
  amount_tax: Type.Integer(),
  amount_total: Type.Integer(),
  currency: Type.String(),
  description: Nullable(Type.String()),
  metadata: Nullable(Metadata),
  price: Nullable(Price, { description: 'The price as it was then.' }),
  quantity: Nullable(Type.Integer()),
})
export type CheckoutLineItem = Static<typeof CheckoutLineItem>

const texts = Type.Null()

export const CheckoutSession = Type.Object({
  id: Type.String(),
  object: Type.Literal('checkout.session'),
  adaptive_pricing: Type.Null(),
  after_expiration: Type.Null(),
  allow_promotion_codes: Type.Null(),
  allowed_payment_method_types: Nullable(Type.Array(Type.String())),
  amount_subtotal: Nullable(Type.Integer()),
  amount_total: Nullable(Type.Integer()),
  automatic_tax: Type.Object({
    enabled: Type.Boolean(),
    liability: Type.Null(),
    provider: Type.Null(),
    status: Type.Null(),
  }),
  billing_address_collection: Type.Null(),
  cancel_url: Nullable(Type.String()),
  client_reference_id: Nullable(Type.String()),
  client_secret: Type.Null(),
  collected_information: Type.Null(),
  consent: Type.Null(),
  consent_collection: Type.Null(),
  created: Timestamp,
  currency: Nullable(Type.String()),
  currency_conversion: Type.Null(),
  custom_fields: Type.Array(Type.Never()),
  custom_text: Type.Object({
    after_submit: texts,
    shipping_address: texts,
    submit: texts,
    terms_of_service_acceptance: texts,
  }),
  customer: Expandable('customer'),
  customer_account: Type.Null(),
  customer_creation: Nullable(Type.String()),
  customer_details: Nullable(
    Type.Object({
      address: Type.Null(),
      business_name: Type.Null(),
      email: Nullable(Type.String()),
      individual_name: Type.Null(),
      name: Nullable(Type.String()),
      phone: Type.Null(),
      tax_exempt: Nullable(Type.String()),
      tax_ids: Nullable(Type.Array(Type.Never())),
    }),
  ),
  customer_email: Nullable(Type.String()),
  discounts: Type.Array(Type.Never()),
  expires_at: Timestamp,
  integration_identifier: Type.Null(),
  invoice: Type.Null(),
  invoice_creation: Type.Null(),
  line_items: Includable('checkout_line_items'),
  livemode: Type.Boolean(),
  locale: Nullable(Type.String()),
  managed_payments: Type.Null(),
  metadata: Metadata,
  mode: Type.Union([Type.Literal('payment'), Type.Literal('setup')]),
  origin_context: Type.Null(),
  payment_intent: Expandable('payment_intent'),
  payment_link: Type.Null(),
  payment_method_collection: Nullable(Type.String()),
  payment_method_configuration_details: Type.Null(),
  payment_method_options: Type.Null(),
  payment_method_types: Type.Array(Type.String()),
  payment_status: Type.Union([Type.Literal('paid'), Type.Literal('unpaid'), Type.Literal('no_payment_required')]),
  permissions: Type.Null(),
  recovered_from: Type.Null(),
  saved_payment_method_options: Type.Null(),
  setup_intent: Expandable('setup_intent'),
  shipping_address_collection: Type.Null(),
  shipping_cost: Type.Null(),
  shipping_options: Type.Array(Type.Never()),
  status: CheckoutStatus,
  submit_type: Nullable(Type.String()),
  subscription: Type.Null(),
  success_url: Nullable(Type.String()),
  total_details: Nullable(
    Type.Object({ amount_discount: Type.Integer(), amount_shipping: Type.Integer(), amount_tax: Type.Integer() }),
  ),
  ui_mode: Type.Literal('hosted_page'),
  url: Nullable(Type.String({ description: 'Where the customer pays; null once the session is not open.' })),
  wallet_options: Type.Null(),
})
export type CheckoutSession = Static<typeof CheckoutSession>

/** What is told of a session, and what each event shows. */
export const checkoutSessionEvents = {
  'checkout.session.completed': CheckoutSession,
  'checkout.session.expired': CheckoutSession,
} as const

const Url = Text(2048, 1)
const lineItemsMax = 100
const quantityMax = 999_999

const LineItem = Exact(
  {
    price: Type.Optional(AnyId),
    price_data: Type.Optional(
      Exact(
        {
          ...priceAmount,
          product: Type.Optional(AnyId),
          product_data: Type.Optional(
            Exact(
              {
                name: Text(250, 1),
                description: Type.Optional(Text(5000)),
                images: Type.Optional(Type.Array(Url, { maxItems: 8 })),
                metadata: Type.Optional(Metadata),
                tax_code: Type.Optional(Text(40)),
                unit_label: Type.Optional(Text(12)),
              },
              { unsupported: ['tax_details'] },
            ),
          ),
        },
        { unsupported: unsupportedAmounts },
      ),
    ),
    quantity: Type.Optional(Type.Integer({ minimum: 1, maximum: quantityMax })),
  },
  { unsupported: ['adjustable_quantity', 'dynamic_tax_rates', 'metadata', 'tax_rates'] },
)

/** What the payment intent of a session will be made with. */
const PaymentIntentData = Exact(
  {
    capture_method: Type.Optional(
      Type.Union([Type.Literal('automatic'), Type.Literal('automatic_async'), Type.Literal('manual')]),
    ),
    description: Type.Optional(Text(1000)),
    metadata: Type.Optional(Metadata),
    receipt_email: Type.Optional(Text(254)),
    setup_future_usage: Type.Optional(Type.Union([Type.Literal('off_session'), Type.Literal('on_session')])),
    shipping: Type.Optional(ShippingParam),
    statement_descriptor: Type.Optional(Text(22)),
    statement_descriptor_suffix: Type.Optional(Text(22)),
    transfer_group: Type.Optional(Text(255)),
  },
  { unsupported: ['application_fee_amount', 'on_behalf_of', 'transfer_data'] },
)
const SetupIntentData = Exact(
  { description: Type.Optional(Text(1000)), metadata: Type.Optional(Metadata) },
  { unsupported: ['on_behalf_of'] },
)

/** What Stripe's checkout sessions have besides. */
const unsupported = [
  ...['adaptive_pricing', 'after_expiration', 'allow_promotion_codes', 'automatic_tax'],
  ...['billing_address_collection', 'branding_settings', 'consent_collection', 'custom_fields', 'custom_text'],
  ...['customer_account', 'customer_update', 'discounts', 'excluded_payment_method_types', 'integration_identifier'],
  ...['invoice_creation', 'managed_payments', 'name_collection', 'optional_items', 'origin_context'],
  ...['payment_method_collection', 'payment_method_configuration', 'payment_method_data', 'payment_method_options'],
  ...['permissions', 'phone_number_collection', 'redirect_on_completion', 'return_url'],
  ...['saved_payment_method_options', 'shipping_address_collection', 'shipping_options', 'subscription_data'],
  ...['tax_id_collection', 'wallet_options'],
]

const routeOf = { service: 'payments', access: ['secret_key'] } as const

export const checkoutSessionsApi = {
  createCheckoutSession: route({
    ...routeOf,
    method: 'POST',
    path: '/v1/checkout/sessions',
    scope: 'payments:write',
    status: 200,
    idempotent: true,
    summary: 'Create a checkout session: a hosted page on which a customer pays.',
    body: Exact(
      {
        mode: Type.Union([Type.Literal('payment'), Type.Literal('setup')]),
        line_items: Type.Optional(Type.Array(LineItem, { minItems: 1, maxItems: lineItemsMax })),
        success_url: Url,
        allowed_payment_method_types: Type.Optional(Type.Array(Type.Literal('card'), { minItems: 1, maxItems: 1 })),
        cancel_url: Type.Optional(Url),
        client_reference_id: Type.Optional(Text(200)),
        currency: Type.Optional(Text(3, 3)),
        customer: Type.Optional(AnyId),
        customer_creation: Type.Optional(Type.Union([Type.Literal('always'), Type.Literal('if_required')])),
        customer_email: Type.Optional(Text(254)),
        expires_at: Type.Optional(Type.Integer()),
        locale: Type.Optional(Text(20)),
        metadata: Type.Optional(Metadata),
        payment_intent_data: Type.Optional(PaymentIntentData),
        payment_method_types: Type.Optional(Type.Array(Type.Literal('card'), { minItems: 1, maxItems: 1 })),
        setup_intent_data: Type.Optional(SetupIntentData),
        submit_type: Type.Optional(
          Type.Union([Type.Literal('auto'), Type.Literal('book'), Type.Literal('donate'), Type.Literal('pay')]),
        ),
        ui_mode: Type.Optional(Type.Union([Type.Literal('hosted_page'), Type.Literal('hosted')])),
      },
      { unsupported },
    ),
    response: CheckoutSession,
    faults: [
      'amount_too_small',
      'amount_too_large',
      'currency_unsupported',
      'live_checkout_unavailable',
      'live_method_not_kept',
      'parameter_resource_missing',
      'parameter_unsupported',
      'processor_currency_refused',
      'processor_not_configured',
    ],
  }),
  retrieveCheckoutSession: route({
    ...routeOf,
    method: 'GET',
    path: '/v1/checkout/sessions/:id',
    scope: 'payments:read',
    status: 200,
    summary: 'Retrieve a checkout session.',
    params: IdParam,
    response: CheckoutSession,
    faults: ['resource_missing'],
  }),
  updateCheckoutSession: route({
    ...routeOf,
    method: 'POST',
    path: '/v1/checkout/sessions/:id',
    scope: 'payments:write',
    status: 200,
    idempotent: true,
    summary: 'Change the metadata of a checkout session.',
    params: IdParam,
    body: Exact(
      { metadata: Type.Optional(MetadataUpdate) },
      { unsupported: ['collected_information', 'line_items', 'shipping_options'] },
    ),
    response: CheckoutSession,
    faults: ['resource_missing'],
  }),
  listCheckoutSessions: route({
    ...routeOf,
    method: 'GET',
    path: '/v1/checkout/sessions',
    scope: 'payments:read',
    status: 200,
    summary: 'List checkout sessions, newest first.',
    query: Exact({
      ...listQuery,
      customer: Type.Optional(AnyId),
      payment_intent: Type.Optional(AnyId),
      status: Type.Optional(CheckoutStatus),
    }),
    response: List(CheckoutSession),
  }),
  expireCheckoutSession: route({
    ...routeOf,
    method: 'POST',
    path: '/v1/checkout/sessions/:id/expire',
    scope: 'payments:write',
    status: 200,
    idempotent: true,
    summary: 'Expire an open checkout session, so that nobody can pay on its page.',
    params: IdParam,
    response: CheckoutSession,
    faults: ['resource_missing', 'checkout_session_not_open', 'lock_timeout', 'upstream_timeout'],
  }),
  listCheckoutLineItems: route({
    ...routeOf,
    method: 'GET',
    path: '/v1/checkout/sessions/:id/line_items',
    scope: 'payments:read',
    status: 200,
    summary: 'List the line items of a checkout session.',
    params: IdParam,
    query: Exact(pageQuery),
    response: List(CheckoutLineItem),
    faults: ['resource_missing'],
  }),
} as const
