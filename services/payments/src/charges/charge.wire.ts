import type { BillingDetails, CardChecks, Charge as WireCharge, ChargedCard, ChargeOutcome } from '@micro/contracts'
import { unixSeconds } from '@micro/kernel'
import type { Intent } from '../payment-intents/payment-intent.ts'
import type { Charge } from './charge.ts'

const nothingToBill: BillingDetails = { address: null, email: null, name: null, phone: null, tax_id: null }

const checksToWire = (checks: CardChecks): CardChecks => ({
  address_line1_check: checks.address_line1_check,
  address_postal_code_check: checks.address_postal_code_check,
  cvc_check: checks.cvc_check,
})

const detailsOf = (charge: Charge): WireCharge['payment_method_details'] => {
  const { payment_method_details: card, status, amount, capture_before } = charge
  if (card === null) return null
  const shown: ChargedCard = {
    amount_authorized: status === 'succeeded' ? Number(amount) : null,
    authorization_code: card.authorization_code,
    brand: card.brand,
    checks: card.checks && checksToWire(card.checks),
    country: card.country,
    electronic_commerce_indicator: card.electronic_commerce_indicator,
    exp_month: card.exp_month,
    exp_year: card.exp_year,
    fingerprint: card.fingerprint,
    funding: card.funding,
    installments: card.installments,
    last4: card.last4,
    mandate: card.mandate,
    network: card.network,
    network_token: card.network_token,
    network_transaction_id: card.network_transaction_id,
    regulated_status: card.regulated_status,
    three_d_secure: card.three_d_secure,
    transaction_link_id: card.transaction_link_id,
    wallet: card.wallet,
    ...(capture_before === null ? {} : { capture_before: unixSeconds(capture_before) }),
  }
  return { card: shown, type: 'card' }
}

// The simulator keeps it in a column of jsonb, which orders members by length.
const outcomeToWire = (outcome: ChargeOutcome): ChargeOutcome => ({
  advice_code: outcome.advice_code,
  network_advice_code: outcome.network_advice_code,
  network_decline_code: outcome.network_decline_code,
  network_status: outcome.network_status,
  reason: outcome.reason,
  seller_message: outcome.seller_message,
  type: outcome.type,
  ...(outcome.risk_level === undefined ? {} : { risk_level: outcome.risk_level }),
  ...(outcome.risk_score === undefined ? {} : { risk_score: outcome.risk_score }),
})

/**
 * The charge as the API and the events show it; the members stand in the contract's order, what may be missing last.
 * What older rows do not have is their intent's.
 */
export const chargeToWire = (charge: Charge, intent: Intent): WireCharge => {
  const older = charge.metadata === null
  const descriptor = charge.statement_descriptor ?? null
  return {
    id: charge.id,
    object: 'charge',
    amount: Number(charge.amount),
    amount_captured: Number(charge.amount_captured),
    amount_refunded: Number(charge.amount_refunded),
    application: null,
    application_fee: null,
    application_fee_amount: null,
    balance_transaction: charge.balance_transaction,
    billing_details: charge.billing_details ?? nothingToBill,
    calculated_statement_descriptor: descriptor?.toUpperCase() ?? null,
    captured: charge.captured,
    created: unixSeconds(charge.created_at),
    currency: charge.currency,
    customer: charge.customer,
    description: older ? intent.description : charge.description,
    disputed: charge.disputed,
    failure_balance_transaction: null,
    failure_code: charge.failure_code,
    failure_message: charge.failure_message,
    fraud_details: charge.fraud_details ?? {},
    livemode: charge.mode === 'live',
    metadata: charge.metadata ?? intent.metadata,
    on_behalf_of: null,
    outcome: charge.outcome && outcomeToWire(charge.outcome),
    paid: charge.status === 'succeeded',
    payment_intent: charge.payment_intent,
    payment_method: charge.payment_method,
    payment_method_details: detailsOf(charge),
    receipt_email: older ? intent.receipt_email : charge.receipt_email,
    receipt_number: null,
    receipt_url: null,
    refunded: charge.captured && charge.amount_refunded === charge.amount_captured,
    review: null,
    shipping: charge.shipping,
    source: null,
    source_transfer: null,
    statement_descriptor: descriptor,
    statement_descriptor_suffix: charge.statement_descriptor_suffix,
    status: charge.status,
    transfer_data: null,
    transfer_group: charge.transfer_group,
  }
}
