import Type, { type Static } from 'typebox'
import { AnyId, Exact, IdParam, List, listQuery, Metadata, MetadataUpdate, Nullable, Timestamp } from './common.ts'
import { Expandable, ExpandableId, NeverSet } from './expand.ts'
import { route } from './route.ts'

export const RefundReason = Type.Union([
  Type.Literal('duplicate'),
  Type.Literal('fraudulent'),
  Type.Literal('requested_by_customer'),
])
export type RefundReason = Static<typeof RefundReason>

/** `pending` may still be canceled; what fails or is canceled gives the money back to the merchant. */
export const RefundStatus = Type.Union([
  Type.Literal('pending'),
  Type.Literal('succeeded'),
  Type.Literal('failed'),
  Type.Literal('canceled'),
])
export type RefundStatus = Static<typeof RefundStatus>

export const Refund = Type.Object({
  id: Type.String(),
  object: Type.Literal('refund'),
  amount: Type.Integer({ description: 'In minor units.' }),
  /** What it took from the balance; null until the processor has the refund. */
  balance_transaction: Expandable('balance_transaction'),
  charge: ExpandableId('charge'),
  created: Timestamp,
  currency: Type.String(),
  customer: Expandable('customer'),
  customer_account: Type.Null(),
  destination_details: Type.Object({
    card: Type.Object({
      reference_status: Type.String(),
      reference_type: Type.String(),
      type: Type.Union([Type.Literal('pending'), Type.Literal('refund')]),
    }),
    type: Type.Literal('card'),
  }),
  metadata: Metadata,
  payment_intent: ExpandableId('payment_intent'),
  payment_method: Expandable('payment_method'),
  reason: Nullable(RefundReason),
  receipt_number: Type.Null(),
  source_transfer_reversal: NeverSet('transfer_reversal'),
  status: RefundStatus,
  transfer_reversal: NeverSet('transfer_reversal'),
  /** What came back to the balance, of a refund that failed or was canceled. */
  failure_balance_transaction: Type.Optional(ExpandableId('balance_transaction')),
  failure_reason: Type.Optional(Type.String()),
  pending_reason: Type.Optional(Type.Literal('processing')),
})
export type Refund = Static<typeof Refund>

/** What is told of a refund, and what each event shows. */
export const refundEvents = {
  'refund.created': Refund,
  'refund.updated': Refund,
  // The same under the name it had before refunds had events of their own, to which many still listen.
  'charge.refund.updated': Refund,
  'refund.failed': Refund,
} as const

export const refundsApi = {
  createRefund: route({
    method: 'POST',
    path: '/v1/refunds',
    alias: '/payments/refunds',
    service: 'payments',
    access: ['secret_key'],
    scope: 'payments:write',
    status: 201,
    idempotent: true,
    summary: 'Refund a charge, all that is left of it or a part.',
    body: Exact({
      charge: Type.Optional(AnyId),
      payment_intent: Type.Optional(AnyId),
      amount: Type.Optional(Type.Integer({ minimum: 1 })),
      reason: Type.Optional(RefundReason),
      metadata: Type.Optional(MetadataUpdate),
    }),
    response: Refund,
    faults: [
      'parameter_resource_missing',
      'charge_not_refundable',
      'charge_not_captured',
      'charge_already_refunded',
      'charge_disputed',
      'refund_exceeds_charge',
      'lock_timeout',
      'processor_not_configured',
    ],
  }),
  retrieveRefund: route({
    method: 'GET',
    path: '/v1/refunds/:id',
    alias: '/payments/refunds/:id',
    service: 'payments',
    access: ['secret_key'],
    scope: 'payments:read',
    status: 200,
    summary: 'Retrieve a refund.',
    params: IdParam,
    response: Refund,
    faults: ['resource_missing'],
  }),
  listRefunds: route({
    method: 'GET',
    path: '/v1/refunds',
    alias: '/payments/refunds',
    service: 'payments',
    access: ['secret_key'],
    scope: 'payments:read',
    status: 200,
    summary: 'List refunds, newest first.',
    query: Exact({
      ...listQuery,
      charge: Type.Optional(AnyId),
      payment_intent: Type.Optional(AnyId),
    }),
    response: List(Refund),
  }),
  listChargeRefunds: route({
    method: 'GET',
    path: '/v1/charges/:id/refunds',
    service: 'payments',
    access: ['secret_key'],
    scope: 'payments:read',
    status: 200,
    summary: 'List the refunds of a charge, newest first.',
    params: IdParam,
    query: Exact(listQuery),
    response: List(Refund),
    faults: ['resource_missing'],
  }),
  updateRefund: route({
    method: 'POST',
    path: '/v1/refunds/:id',
    alias: '/payments/refunds/:id',
    service: 'payments',
    access: ['secret_key'],
    scope: 'payments:write',
    status: 200,
    idempotent: true,
    summary: "Change a refund's metadata.",
    params: IdParam,
    body: Exact({ metadata: Type.Optional(MetadataUpdate) }),
    response: Refund,
    faults: ['resource_missing'],
  }),
  cancelRefund: route({
    method: 'POST',
    path: '/v1/refunds/:id/cancel',
    alias: '/payments/refunds/:id/cancel',
    service: 'payments',
    access: ['secret_key'],
    scope: 'payments:write',
    status: 200,
    idempotent: true,
    summary: 'Cancel a refund that is still pending.',
    params: IdParam,
    body: Exact({}),
    response: Refund,
    faults: ['resource_missing', 'refund_unexpected_state', 'lock_timeout', 'upstream_timeout'],
  }),
} as const
