import Type, { type Static } from 'typebox'
import { Exact, IdParam, List, Metadata, Nullable, Text, Timestamp } from './common.ts'
import { route } from './route.ts'

const CurrencyCode = Type.String({ pattern: '^[A-Za-z]{3}$', 'x-expected': 'an ISO 4217 code such as usd' })

const SecretKey = Type.String({
  pattern: '^[!-~]{8,255}$',
  description: 'Kept encrypted, and never shown again. One that the processor refuses is refused here.',
})

/** Who moves a merchant's live money. Its key is never shown again. */
export const PaymentProcessor = Type.Object({
  id: Type.String(),
  object: Type.Literal('payment_processor'),
  amount_max: Nullable(Type.Integer(), { description: 'In minor units; null: any.' }),
  amount_min: Nullable(Type.Integer(), { description: 'In minor units; null: any.' }),
  created: Timestamp,
  currencies: Type.Array(Type.String()),
  kind: Type.Literal('stripe'),
  livemode: Type.Boolean(),
  metadata: Metadata,
  priority: Type.Integer(),
  removed: Type.Boolean({ description: 'It takes no new charges, and goes on with those it made.' }),
  url: Type.String(),
})
export type PaymentProcessor = Static<typeof PaymentProcessor>

const amount = Type.Optional(Type.Integer({ minimum: 1, maximum: 99_999_999 }))

export const processorsApi = {
  createProcessor: route({
    method: 'POST',
    path: '/payments/processors',
    service: 'payments',
    access: ['secret_key'],
    scope: 'processors:write',
    status: 201,
    idempotent: true,
    summary: 'Say which processor moves live money: Stripe, or whatever is compatible with it. Of live mode only.',
    body: Exact({
      kind: Type.Literal('stripe'),
      secret_key: SecretKey,
      url: Type.Optional(Text(300, 1, { description: 'One of those that the operator allows.' })),
      currencies: Type.Array(CurrencyCode, {
        minItems: 1,
        maxItems: 200,
        description: 'Those it is paid out in: payments in others are refused, not converted.',
      }),
      amount_min: amount,
      amount_max: amount,
      metadata: Type.Optional(Metadata),
      priority: Type.Optional(Type.Integer({ minimum: 0, maximum: 1000, description: 'The lowest is asked first.' })),
    }),
    response: PaymentProcessor,
    faults: ['live_mode_only', 'encryption_not_configured', 'currency_unsupported', 'parameter_invalid'],
  }),
  listProcessors: route({
    method: 'GET',
    path: '/payments/processors',
    service: 'payments',
    access: ['secret_key'],
    scope: 'processors:read',
    status: 200,
    summary: 'The processors of live mode, in the order in which they are asked; those that were removed last.',
    response: List(PaymentProcessor),
  }),
  updateProcessor: route({
    method: 'POST',
    path: '/payments/processors/:id',
    service: 'payments',
    access: ['secret_key'],
    scope: 'processors:write',
    status: 200,
    idempotent: true,
    summary: 'Replace the key of a processor by another one of the same account there.',
    params: IdParam,
    body: Exact({ secret_key: SecretKey }),
    response: PaymentProcessor,
    faults: ['resource_missing', 'encryption_not_configured', 'parameter_invalid', 'lock_timeout'],
  }),
  removeProcessor: route({
    method: 'DELETE',
    path: '/payments/processors/:id',
    service: 'payments',
    access: ['secret_key'],
    scope: 'processors:write',
    status: 200,
    summary: 'Send a processor no more new charges. It goes on with those it made.',
    params: IdParam,
    response: PaymentProcessor,
    faults: ['resource_missing'],
  }),
} as const
