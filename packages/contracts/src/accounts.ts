import Type, { type Static } from 'typebox'
import { IdParam, Timestamp } from './common.ts'
import { route } from './route.ts'

const Unset = Type.Null()

/** A merchant as Stripe's clients know it. What only Stripe's own business needs is left out, or null. */
export const Account = Type.Object({
  id: Type.String(),
  object: Type.Literal('account'),
  business_profile: Unset,
  business_type: Unset,
  capabilities: Type.Object({ card_payments: Type.Union([Type.Literal('active'), Type.Literal('inactive')]) }),
  charges_enabled: Type.Boolean({ description: 'In live mode never yet: no processor of real money is built in.' }),
  country: Unset,
  created: Timestamp,
  default_currency: Type.String(),
  details_submitted: Type.Boolean(),
  email: Type.String(),
  metadata: Type.Record(Type.String(), Type.String()),
  payouts_enabled: Type.Boolean(),
  settings: Type.Object({
    branding: Type.Object({ icon: Unset, logo: Unset, primary_color: Unset, secondary_color: Unset }),
    card_payments: Type.Object({
      statement_descriptor_prefix: Unset,
      statement_descriptor_prefix_kana: Unset,
      statement_descriptor_prefix_kanji: Unset,
    }),
    dashboard: Type.Object({ display_name: Type.String(), timezone: Type.String() }),
    payments: Type.Object({
      statement_descriptor: Unset,
      statement_descriptor_kana: Unset,
      statement_descriptor_kanji: Unset,
      statement_descriptor_prefix_kana: Unset,
      statement_descriptor_prefix_kanji: Unset,
    }),
  }),
  type: Type.Literal('standard'),
})
export type Account = Static<typeof Account>

export const accountsApi = {
  retrieveCurrentAccount: route({
    method: 'GET',
    path: '/v1/account',
    service: 'auth',
    access: ['secret_key'],
    scope: 'self',
    status: 200,
    summary: 'The account that the key belongs to.',
    response: Account,
  }),
  retrieveAccount: route({
    method: 'GET',
    path: '/v1/accounts/:id',
    service: 'auth',
    access: ['secret_key'],
    scope: 'self',
    status: 200,
    summary: 'The account that the key belongs to, by its id; there are no others to see.',
    params: IdParam,
    response: Account,
    faults: ['resource_missing'],
  }),
} as const
