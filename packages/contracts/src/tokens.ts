import Type, { type Static } from 'typebox'
import { Exact, IdParam, Metadata, Nullable, Text, Timestamp } from './common.ts'
import { route } from './route.ts'

const text = Nullable(Type.String())

/** The card behind a token: what may be seen of it. */
const TokenCard = Type.Object({
  id: Type.String(),
  object: Type.Literal('card'),
  address_city: text,
  address_country: text,
  address_line1: text,
  address_line1_check: text,
  address_line2: text,
  address_state: text,
  address_zip: text,
  address_zip_check: text,
  brand: Type.String(),
  country: text,
  cvc_check: text,
  dynamic_last4: Type.Null(),
  exp_month: Type.Integer(),
  exp_year: Type.Integer(),
  funding: Type.String(),
  last4: Type.String(),
  metadata: Metadata,
  name: text,
  regulated_status: Type.Literal('unregulated'),
  tokenization_method: Type.Null(),
})

export const Token = Type.Object({
  id: Type.String(),
  object: Type.Literal('token'),
  card: TokenCard,
  client_ip: Type.Null(),
  created: Timestamp,
  livemode: Type.Boolean(),
  type: Type.Literal('card'),
  used: Type.Boolean(),
})
export type Token = Static<typeof Token>

const Digits = (max: number) =>
  Type.Union([Type.Integer({ minimum: 0 }), Type.String({ pattern: `^[0-9]{1,${max}}$` })], {
    'x-expected': `a number of up to ${max} digits`,
  })
const line = Type.Optional(Text(500))

export const tokensApi = {
  createToken: route({
    method: 'POST',
    path: '/v1/tokens',
    service: 'payments',
    access: ['secret_key', 'publishable_key'],
    scope: 'payments:write',
    status: 200,
    idempotent: true,
    cardNumber: '/card/number',
    summary:
      'Make a token of a test card, with a publishable key in test mode only. Any other card number is refused, and none is kept.',
    body: Exact(
      {
        card: Exact(
          {
            number: Text(40, 1),
            exp_month: Digits(2),
            exp_year: Digits(4),
            cvc: Type.Optional(Text(8)),
            name: Type.Optional(Text(256)),
            address_city: line,
            address_country: Type.Optional(Text(2)),
            address_line1: line,
            address_line2: line,
            address_state: line,
            address_zip: Type.Optional(Text(50)),
          },
          { unsupported: ['currency', 'networks'] },
        ),
      },
      { unsupported: ['account', 'bank_account', 'customer', 'cvc_update', 'person', 'pii'] },
    ),
    response: Token,
    publicResponse: Token,
    faults: [
      'card_number_refused',
      'incorrect_number',
      'invalid_cvc',
      'invalid_expiry_month',
      'invalid_expiry_year',
      'parameter_unsupported',
    ],
  }),
  retrieveToken: route({
    method: 'GET',
    path: '/v1/tokens/:id',
    service: 'payments',
    access: ['secret_key'],
    scope: 'payments:read',
    status: 200,
    summary: 'Retrieve a token.',
    params: IdParam,
    response: Token,
    faults: ['resource_missing'],
  }),
} as const
