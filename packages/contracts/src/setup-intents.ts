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
  Text,
  Timestamp,
  Unsettable,
} from './common.ts'
import { Expandable, ExpandableId, NeverSet } from './expand.ts'
import { PaymentMethod, PaymentMethodCard, PaymentMethodType } from './payment-methods.ts'
import { route } from './route.ts'

export const SetupIntentStatus = Type.Union([
  Type.Literal('requires_payment_method'),
  Type.Literal('requires_confirmation'),
  Type.Literal('requires_action'),
  Type.Literal('succeeded'),
  Type.Literal('canceled'),
])
export type SetupIntentStatus = Static<typeof SetupIntentStatus>

const CancellationReason = Type.Union([
  Type.Literal('abandoned'),
  Type.Literal('requested_by_customer'),
  Type.Literal('duplicate'),
])

const Usage = Type.Union([Type.Literal('off_session'), Type.Literal('on_session')])

const ThreeDSecureRequest = Type.Union([Type.Literal('automatic'), Type.Literal('any'), Type.Literal('challenge')])

const SetupError = Type.Object({
  advice_code: Type.Optional(Type.String()),
  code: Type.String(),
  decline_code: Type.Optional(Type.String()),
  message: Type.String(),
  param: Type.Optional(Type.String()),
  payment_method: Type.Optional(PaymentMethod),
  payment_method_type: Type.Optional(Type.String()),
  type: Type.Union([Type.Literal('card_error'), Type.Literal('invalid_request_error')]),
})
export type SetupError = Static<typeof SetupError>

const NextAction = Type.Object({
  type: Type.Union([Type.Literal('redirect_to_url'), Type.Literal('use_stripe_sdk')]),
  redirect_to_url: Type.Optional(Type.Object({ return_url: Nullable(Type.String()), url: Nullable(Type.String()) })),
  use_stripe_sdk: Type.Optional(
    Type.Object({
      type: Type.String(),
      stripe_js: Type.String({ description: 'Where the holder of the card proves to be one.' }),
    }),
  ),
})

export const SetupIntent = Type.Object({
  id: Type.String(),
  object: Type.Literal('setup_intent'),
  allowed_payment_method_types: Type.Null(),
  application: NeverSet('application'),
  attach_to_self: Type.Boolean(),
  automatic_payment_methods: Nullable(
    Type.Object({
      allow_redirects: Type.Optional(Type.Union([Type.Literal('always'), Type.Literal('never')])),
      enabled: Type.Boolean(),
    }),
  ),
  cancellation_reason: Nullable(CancellationReason),
  client_secret: Type.String(),
  created: Timestamp,
  customer: Expandable('customer'),
  customer_account: Type.Null(),
  description: Nullable(Type.String()),
  excluded_payment_method_types: Type.Null(),
  flow_directions: Type.Null(),
  last_setup_error: Nullable(SetupError),
  latest_attempt: Expandable('setup_attempt'),
  livemode: Type.Boolean(),
  mandate: NeverSet('mandate'),
  metadata: Metadata,
  next_action: Nullable(NextAction),
  on_behalf_of: NeverSet('account'),
  payment_method: Expandable('payment_method'),
  payment_method_configuration_details: Type.Null(),
  payment_method_options: Type.Object({
    card: Type.Object({
      mandate_options: Type.Null(),
      network: Type.Null(),
      request_three_d_secure: ThreeDSecureRequest,
    }),
  }),
  payment_method_types: Type.Array(Type.String()),
  single_use_mandate: NeverSet('mandate'),
  status: SetupIntentStatus,
  usage: Usage,
})
export type SetupIntent = Static<typeof SetupIntent>

/** What a browser may see that was given the client secret. */
const PublicSetupIntent = Type.Pick(SetupIntent, [
  'id',
  'object',
  'cancellation_reason',
  'client_secret',
  'created',
  'description',
  'livemode',
  'next_action',
  'payment_method',
  'payment_method_types',
  'status',
  'usage',
])

/** Tells that a browser may see and confirm this one setup intent; with a publishable key it is required. */
const clientSecret = Type.Optional(Text(255, 1))

/** One try to set up a payment method. */
export const SetupAttempt = Type.Object({
  id: Type.String(),
  object: Type.Literal('setup_attempt'),
  application: NeverSet('application'),
  created: Timestamp,
  customer: Expandable('customer'),
  customer_account: Type.Null(),
  flow_directions: Type.Null(),
  livemode: Type.Boolean(),
  on_behalf_of: NeverSet('account'),
  payment_method: ExpandableId('payment_method'),
  payment_method_details: Type.Object({
    card: Type.Object({
      brand: PaymentMethodCard.properties.brand,
      checks: PaymentMethodCard.properties.checks,
      country: PaymentMethodCard.properties.country,
      exp_month: PaymentMethodCard.properties.exp_month,
      exp_year: PaymentMethodCard.properties.exp_year,
      fingerprint: PaymentMethodCard.properties.fingerprint,
      funding: PaymentMethodCard.properties.funding,
      last4: PaymentMethodCard.properties.last4,
      network: Nullable(Type.String()),
      three_d_secure: Type.Null(),
      wallet: Type.Null(),
    }),
    type: PaymentMethodType,
  }),
  setup_error: Nullable(SetupError),
  setup_intent: ExpandableId('setup_intent'),
  status: Type.Union([
    Type.Literal('requires_action'),
    Type.Literal('succeeded'),
    Type.Literal('failed'),
    Type.Literal('abandoned'),
  ]),
  usage: Usage,
})
export type SetupAttempt = Static<typeof SetupAttempt>

/** What is told of a setup intent, and what each event shows. */
export const setupIntentEvents = {
  'setup_intent.created': SetupIntent,
  'setup_intent.requires_action': SetupIntent,
  'setup_intent.succeeded': SetupIntent,
  'setup_intent.setup_failed': SetupIntent,
  'setup_intent.canceled': SetupIntent,
} as const

const options = Type.Optional(
  Exact({
    card: Type.Optional(Exact({ request_three_d_secure: Type.Optional(ThreeDSecureRequest) })),
  }),
)
const types = Type.Optional(Type.Array(Type.Literal('card'), { minItems: 1, maxItems: 1 }))

const faults = [
  'resource_missing',
  'parameter_resource_missing',
  'setup_intent_unexpected_state',
  'payment_method_unexpected_state',
] as const
const declines = [
  'card_declined',
  'expired_card',
  'incorrect_cvc',
  'processing_error',
  'processor_not_configured',
] as const

const common = { service: 'payments', access: ['secret_key'] } as const
const reading = { ...common, method: 'GET', scope: 'payments:read', status: 200 } as const
const writing = { ...common, method: 'POST', scope: 'payments:write', status: 200, idempotent: true } as const

export const setupIntentsApi = {
  createSetupIntent: route({
    ...writing,
    path: '/v1/setup_intents',
    summary: 'Create a setup intent, to keep a card for later; with confirm=true also confirm it.',
    body: Exact({
      automatic_payment_methods: Type.Optional(
        Exact({
          allow_redirects: Type.Optional(Type.Union([Type.Literal('always'), Type.Literal('never')])),
          enabled: Type.Boolean(),
        }),
      ),
      confirm: Type.Optional(Type.Boolean()),
      customer: Type.Optional(AnyId),
      description: Type.Optional(Unsettable(Text(1000))),
      metadata: Type.Optional(MetadataUpdate),
      payment_method: Type.Optional(AnyId),
      payment_method_options: options,
      payment_method_types: types,
      return_url: Type.Optional(Text(2048, 1)),
      usage: Type.Optional(Usage),
      use_stripe_sdk: Type.Optional(Type.Boolean()),
    }),
    response: SetupIntent,
    faults: [...faults.slice(1), 'payment_method_missing', ...declines],
  }),
  retrieveSetupIntent: route({
    ...reading,
    access: ['secret_key', 'publishable_key'],
    path: '/v1/setup_intents/:id',
    summary: 'Retrieve a setup intent. With a publishable key: the one whose client_secret is given.',
    params: IdParam,
    query: Exact({ client_secret: clientSecret }),
    response: SetupIntent,
    publicResponse: PublicSetupIntent,
    faults: ['resource_missing'],
  }),
  updateSetupIntent: route({
    ...writing,
    path: '/v1/setup_intents/:id',
    summary: 'Change a setup intent that has not succeeded; its description and metadata at any time.',
    params: IdParam,
    body: Exact({
      customer: Type.Optional(AnyId),
      description: Type.Optional(Unsettable(Text(1000))),
      metadata: Type.Optional(MetadataUpdate),
      payment_method: Type.Optional(AnyId),
      payment_method_options: options,
      payment_method_types: types,
    }),
    response: SetupIntent,
    faults,
  }),
  listSetupIntents: route({
    ...reading,
    path: '/v1/setup_intents',
    summary: 'List setup intents, newest first.',
    query: Exact({ ...listQuery, customer: Type.Optional(AnyId), payment_method: Type.Optional(AnyId) }),
    response: List(SetupIntent),
  }),
  confirmSetupIntent: route({
    ...writing,
    access: ['secret_key', 'publishable_key'],
    path: '/v1/setup_intents/:id/confirm',
    summary: 'Confirm a setup intent: have the processor verify the card, and attach it to the customer.',
    params: IdParam,
    body: Exact({
      payment_method: Type.Optional(AnyId),
      payment_method_options: options,
      return_url: Type.Optional(Text(2048, 1)),
      use_stripe_sdk: Type.Optional(Type.Boolean()),
      client_secret: clientSecret,
    }),
    response: SetupIntent,
    publicResponse: PublicSetupIntent,
    faults: [...faults, 'payment_method_missing', 'lock_timeout', ...declines],
  }),
  cancelSetupIntent: route({
    ...writing,
    path: '/v1/setup_intents/:id/cancel',
    summary: 'Cancel a setup intent that has not succeeded.',
    params: IdParam,
    body: Exact({ cancellation_reason: Type.Optional(CancellationReason) }),
    response: SetupIntent,
    faults: ['resource_missing', 'setup_intent_unexpected_state'],
  }),
  listSetupAttempts: route({
    ...reading,
    path: '/v1/setup_attempts',
    summary: 'List the attempts of a setup intent, newest first.',
    query: Exact({ ...listQuery, setup_intent: AnyId }),
    response: List(SetupAttempt),
    faults: ['parameter_resource_missing'],
  }),
} as const
