import Type, { type Static } from 'typebox'
import { AnyId, Exact, IdParam, List, listQuery, Nullable, Text, Timestamp } from './common.ts'
import { Expandable } from './expand.ts'
import { route } from './route.ts'

const BalanceAmount = Type.Object({
  amount: Type.Integer({ description: 'In minor units; may be negative.' }),
  currency: Type.String(),
  source_types: Type.Object({ card: Type.Integer() }),
})

export const Balance = Type.Object({
  object: Type.Literal('balance'),
  available: Type.Array(BalanceAmount, { description: 'What can be paid out, by currency.' }),
  livemode: Type.Boolean(),
  pending: Type.Array(BalanceAmount, { description: 'What is not available yet, by currency.' }),
})
export type Balance = Static<typeof Balance>

/** What is told of a balance, and what each event shows. */
export const balanceEvents = { 'balance.available': Balance } as const

export const BalanceTransactionType = Type.Union([
  Type.Literal('charge'),
  Type.Literal('refund'),
  Type.Literal('refund_failure'),
  Type.Literal('adjustment'),
  Type.Literal('payout'),
  Type.Literal('payout_failure'),
  Type.Literal('payout_cancel'),
  Type.Literal('stripe_fee'),
])
export type BalanceTransactionType = Static<typeof BalanceTransactionType>

const FeeDetail = Type.Object({
  amount: Type.Integer(),
  application: Type.Null(),
  currency: Type.String(),
  description: Nullable(Type.String()),
  type: Type.Literal('stripe_fee'),
})

export const BalanceTransaction = Type.Object({
  id: Type.String(),
  object: Type.Literal('balance_transaction'),
  amount: Type.Integer({ description: 'Gross, in minor units; negative when it leaves the balance.' }),
  available_on: Timestamp,
  balance_type: Type.Literal('payments'),
  created: Timestamp,
  currency: Type.String(),
  description: Nullable(Type.String()),
  exchange_rate: Type.Null(),
  fee: Type.Integer(),
  fee_details: Type.Array(FeeDetail),
  net: Type.Integer({ description: 'amount less fee: what the balance changes by.' }),
  processor_fee: Nullable(Type.Integer(), {
    description:
      'What a live processor kept of it, in minor units, booked as a balance transaction of its own (stripe_fee); null until it tells, and in test mode.',
  }),
  reporting_category: Type.String(),
  source: Expandable('balance_transaction_source'),
  status: Type.Union([Type.Literal('available'), Type.Literal('pending')]),
  type: BalanceTransactionType,
})
export type BalanceTransaction = Static<typeof BalanceTransaction>

export const balancesApi = {
  retrieveBalance: route({
    method: 'GET',
    path: '/v1/balance',
    service: 'payments',
    access: ['secret_key'],
    scope: 'payments:read',
    status: 200,
    summary: "What the merchant has, available and pending, by currency: its ledger's merchant balance.",
    response: Balance,
    faults: ['ledger_busy', 'upstream_unavailable'],
  }),
  retrieveBalanceTransaction: route({
    method: 'GET',
    path: '/v1/balance_transactions/:id',
    service: 'payments',
    access: ['secret_key'],
    scope: 'payments:read',
    status: 200,
    summary: 'Retrieve a balance transaction.',
    params: IdParam,
    response: BalanceTransaction,
    faults: ['resource_missing'],
  }),
  listBalanceTransactions: route({
    method: 'GET',
    path: '/v1/balance_transactions',
    service: 'payments',
    access: ['secret_key'],
    scope: 'payments:read',
    status: 200,
    summary: 'List what changed the balance, newest first; filter by type, currency, source, payout and created.',
    query: Exact({
      ...listQuery,
      type: Type.Optional(BalanceTransactionType),
      currency: Type.Optional(Text(3, 3)),
      source: Type.Optional(AnyId),
      payout: Type.Optional(AnyId),
    }),
    response: List(BalanceTransaction),
    faults: ['parameter_resource_missing'],
  }),
} as const
