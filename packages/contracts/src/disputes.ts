import Type, { type Static } from 'typebox'
import { BalanceTransaction } from './balances.ts'
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
} from './common.ts'
import { ExpandableId } from './expand.ts'
import { route } from './route.ts'

/** The `warning_` ones are inquiries: questions of the card's bank that move no money. */
export const DisputeStatus = Type.Union([
  Type.Literal('warning_needs_response'),
  Type.Literal('warning_under_review'),
  Type.Literal('warning_closed'),
  Type.Literal('needs_response'),
  Type.Literal('under_review'),
  Type.Literal('won'),
  Type.Literal('lost'),
])
export type DisputeStatus = Static<typeof DisputeStatus>

/** Stripe's words; the simulator's disputes are of the first three. */
export const DisputeReason = Type.Union([
  Type.Literal('fraudulent'),
  Type.Literal('product_not_received'),
  Type.Literal('general'),
  Type.Literal('bank_cannot_process'),
  Type.Literal('check_returned'),
  Type.Literal('credit_not_processed'),
  Type.Literal('customer_initiated'),
  Type.Literal('debit_not_authorized'),
  Type.Literal('duplicate'),
  Type.Literal('incorrect_account_details'),
  Type.Literal('insufficient_funds'),
  Type.Literal('noncompliant'),
  Type.Literal('product_unacceptable'),
  Type.Literal('subscription_canceled'),
  Type.Literal('unrecognized'),
])
export type DisputeReason = Static<typeof DisputeReason>

export const disputeReasons: readonly DisputeReason[] = DisputeReason.anyOf.map((each) => each.const)

/** Evidence that is text. Evidence that is a file cannot be sent: Micro keeps no files. */
export const evidenceTexts = [
  'access_activity_log',
  'billing_address',
  'cancellation_policy_disclosure',
  'cancellation_rebuttal',
  'customer_email_address',
  'customer_name',
  'customer_purchase_ip',
  'duplicate_charge_explanation',
  'duplicate_charge_id',
  'product_description',
  'refund_policy_disclosure',
  'refund_refusal_explanation',
  'service_date',
  'shipping_address',
  'shipping_carrier',
  'shipping_date',
  'shipping_tracking_number',
  'uncategorized_text',
] as const
export type EvidenceText = (typeof evidenceTexts)[number]

export const evidenceFiles = [
  'cancellation_policy',
  'customer_communication',
  'customer_signature',
  'duplicate_charge_documentation',
  'receipt',
  'refund_policy',
  'service_documentation',
  'shipping_documentation',
  'uncategorized_file',
] as const

const each = <N extends string, T>(names: readonly N[], schema: T) =>
  Object.fromEntries(names.map((name) => [name, schema])) as Record<N, T>

export const Dispute = Type.Object({
  id: Type.String(),
  object: Type.Literal('dispute'),
  amount: Type.Integer({ description: 'In minor units.' }),
  balance_transactions: Type.Array(BalanceTransaction, {
    description: 'What was withdrawn, and what came back: none for an inquiry.',
  }),
  charge: ExpandableId('charge'),
  created: Timestamp,
  currency: Type.String(),
  enhanced_eligibility_types: Type.Array(Type.String()),
  evidence: Type.Object({
    ...each(evidenceTexts, Nullable(Type.String())),
    ...each(evidenceFiles, Type.Null()),
    enhanced_evidence: Type.Object({}),
  }),
  evidence_details: Type.Object({
    due_by: Nullable(Timestamp),
    enhanced_eligibility: Type.Object({}),
    has_evidence: Type.Boolean(),
    past_due: Type.Boolean(),
    submission_count: Type.Integer(),
    submission_method: Type.Union([Type.Literal('manual'), Type.Literal('not_submitted')]),
  }),
  intended_submission_method: Type.Null(),
  is_charge_refundable: Type.Boolean(),
  livemode: Type.Boolean(),
  metadata: Metadata,
  payment_intent: ExpandableId('payment_intent'),
  reason: DisputeReason,
  status: DisputeStatus,
})
export type Dispute = Static<typeof Dispute>

/** What is told of a dispute, and what each event shows. */
export const disputeEvents = {
  'charge.dispute.created': Dispute,
  'charge.dispute.updated': Dispute,
  'charge.dispute.funds_withdrawn': Dispute,
  'charge.dispute.funds_reinstated': Dispute,
  'charge.dispute.closed': Dispute,
} as const

export const disputesApi = {
  retrieveDispute: route({
    method: 'GET',
    path: '/v1/disputes/:id',
    service: 'payments',
    access: ['secret_key'],
    scope: 'payments:read',
    status: 200,
    summary: 'Retrieve a dispute.',
    params: IdParam,
    response: Dispute,
    faults: ['resource_missing'],
  }),
  listDisputes: route({
    method: 'GET',
    path: '/v1/disputes',
    service: 'payments',
    access: ['secret_key'],
    scope: 'payments:read',
    status: 200,
    summary: 'List disputes, newest first.',
    query: Exact({
      ...listQuery,
      charge: Type.Optional(AnyId),
      payment_intent: Type.Optional(AnyId),
    }),
    response: List(Dispute),
  }),
  updateDispute: route({
    method: 'POST',
    path: '/v1/disputes/:id',
    service: 'payments',
    access: ['secret_key'],
    scope: 'payments:write',
    status: 200,
    idempotent: true,
    summary: "Change a dispute's evidence or metadata; with submit=true hand the evidence in.",
    params: IdParam,
    body: Exact({
      evidence: Type.Optional(Exact(each(evidenceTexts, Type.Optional(Text(20_000))))),
      metadata: Type.Optional(MetadataUpdate),
      submit: Type.Optional(Type.Boolean()),
    }),
    response: Dispute,
    faults: ['resource_missing', 'dispute_unexpected_state', 'evidence_too_large', 'lock_timeout'],
  }),
  closeDispute: route({
    method: 'POST',
    path: '/v1/disputes/:id/close',
    service: 'payments',
    access: ['secret_key'],
    scope: 'payments:write',
    status: 200,
    idempotent: true,
    summary: 'Accept a dispute: it is lost, and that is final.',
    params: IdParam,
    body: Exact({}),
    response: Dispute,
    faults: ['resource_missing', 'dispute_unexpected_state', 'lock_timeout'],
  }),
} as const
