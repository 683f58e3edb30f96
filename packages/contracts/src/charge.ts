import Type, { type Static } from 'typebox'
import { Metadata, Nullable, Timestamp } from './common.ts'
import { Expandable, Includable } from './expand.ts'
import { BillingDetails } from './payment-methods.ts'
import { Shipping } from './payment-parts.ts'

const text = Nullable(Type.String())

export const CardChecks = Type.Object({
  address_line1_check: text,
  address_postal_code_check: text,
  cvc_check: text,
})
export type CardChecks = Static<typeof CardChecks>

export const ThreeDSecure = Type.Object({
  authentication_flow: Nullable(Type.Union([Type.Literal('challenge'), Type.Literal('frictionless')])),
  electronic_commerce_indicator: Type.Null(),
  exemption_indicator: Type.Null(),
  result: Nullable(Type.Union([Type.Literal('authenticated'), Type.Literal('failed')])),
  result_reason: Type.Null(),
  transaction_id: Type.Null(),
  version: Nullable(Type.Literal('2.2.0')),
})
export type ThreeDSecure = Static<typeof ThreeDSecure>

export const ChargedCard = Type.Object({
  amount_authorized: Nullable(Type.Integer()),
  authorization_code: text,
  brand: text,
  checks: Nullable(CardChecks),
  country: text,
  electronic_commerce_indicator: Type.Null(),
  exp_month: Type.Integer(),
  exp_year: Type.Integer(),
  fingerprint: text,
  funding: text,
  installments: Type.Null(),
  last4: text,
  mandate: Type.Null(),
  network: text,
  network_token: Type.Object({ used: Type.Boolean() }),
  network_transaction_id: text,
  regulated_status: Type.Null(),
  three_d_secure: Nullable(ThreeDSecure),
  transaction_link_id: Type.Null(),
  wallet: Type.Null(),
  capture_before: Type.Optional(Timestamp),
})
export type ChargedCard = Static<typeof ChargedCard>

export const ChargeOutcome = Type.Object({
  advice_code: Nullable(
    Type.Union([Type.Literal('confirm_card_data'), Type.Literal('do_not_try_again'), Type.Literal('try_again_later')]),
  ),
  network_advice_code: Type.Null(),
  network_decline_code: Type.Null(),
  network_status: text,
  reason: text,
  seller_message: text,
  type: Type.String(),
  risk_level: Type.Optional(Type.String()),
  risk_score: Type.Optional(Type.Integer()),
})
export type ChargeOutcome = Static<typeof ChargeOutcome>

export const FraudDetails = Type.Object({
  user_report: Type.Optional(Type.Union([Type.Literal('fraudulent'), Type.Literal('safe')])),
})
export type FraudDetails = Static<typeof FraudDetails>

export const Charge = Type.Object({
  id: Type.String(),
  object: Type.Literal('charge'),
  amount: Type.Integer(),
  amount_captured: Type.Integer(),
  amount_refunded: Type.Integer(),
  application: Type.Null(),
  application_fee: Type.Null(),
  application_fee_amount: Type.Null(),
  balance_transaction: Expandable('balance_transaction'),
  billing_details: BillingDetails,
  calculated_statement_descriptor: text,
  captured: Type.Boolean(),
  created: Timestamp,
  currency: Type.String(),
  customer: Expandable('customer'),
  description: text,
  disputed: Type.Boolean(),
  failure_balance_transaction: Type.Null(),
  failure_code: text,
  failure_message: text,
  fraud_details: FraudDetails,
  livemode: Type.Boolean(),
  metadata: Metadata,
  on_behalf_of: Type.Null(),
  outcome: Nullable(ChargeOutcome),
  paid: Type.Boolean(),
  payment_intent: Expandable('payment_intent'),
  payment_method: text,
  payment_method_details: Nullable(Type.Object({ card: ChargedCard, type: Type.Literal('card') })),
  receipt_email: text,
  receipt_number: Type.Null(),
  receipt_url: Type.Null(),
  refunded: Type.Boolean(),
  review: Type.Null(),
  shipping: Nullable(Shipping),
  source: Type.Null(),
  source_transfer: Type.Null(),
  statement_descriptor: text,
  statement_descriptor_suffix: text,
  status: Type.Union([Type.Literal('succeeded'), Type.Literal('pending'), Type.Literal('failed')]),
  transfer_data: Type.Null(),
  transfer_group: text,
  refunds: Includable('charge_refunds'),
})
export type Charge = Static<typeof Charge>

/** What is told of a charge, and what each event shows. */
export const chargeEvents = {
  'charge.succeeded': Charge,
  'charge.captured': Charge,
  'charge.refunded': Charge,
  'charge.failed': Charge,
  'charge.expired': Charge,
  'charge.updated': Charge,
} as const
