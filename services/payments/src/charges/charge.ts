import type { Charge as WireCharge, Tenant } from '@micro/contracts'
import { unixSeconds } from '@micro/kernel'
import type { Intent } from '../payment-intents/payment-intent.ts'

/** One attempt to charge a payment intent, as its row has it. Amounts and fee in minor units. */
export interface Charge extends Tenant {
  readonly id: string
  readonly payment_intent: string
  readonly amount: bigint
  readonly currency: string
  readonly payment_method: string
  readonly status: 'pending' | 'succeeded' | 'failed'
  readonly processor_id: string | null
  readonly failure_code: DeclineFaultCode | null
  readonly decline_code: string | null
  readonly failure_message: string | null
  readonly failure_param: string | null
  readonly advice_code: string | null
  readonly fee: bigint | null
  readonly posting: 'none' | 'due' | 'done'
  readonly posting_attempts: number
  readonly posting_after: Date | null
  readonly ledger_transaction: string | null
  readonly request_id: string
  readonly idempotency_key: string | null
  /** The status a success is answered with: 201 for a create on the original surface. */
  readonly answer_status: number
  /** Until then somebody is at work on it; afterwards the completer takes over. */
  readonly leased_until: Date
  readonly created_at: Date
  readonly settled_at: Date | null
}

/** The faults a decline may be told as; all are card errors with status 402. */
export type DeclineFaultCode = 'card_declined' | 'expired_card' | 'incorrect_cvc' | 'processing_error'

const noResult = {
  status: 'pending',
  processor_id: null,
  failure_code: null,
  decline_code: null,
  failure_message: null,
  failure_param: null,
  advice_code: null,
  fee: null,
  posting: 'none',
  posting_attempts: 0,
  posting_after: null,
  ledger_transaction: null,
  settled_at: null,
} as const

/** What its caller decides of a new charge. */
export type NewCharge = Pick<
  Charge,
  'id' | 'payment_method' | 'request_id' | 'idempotency_key' | 'answer_status' | 'created_at' | 'leased_until'
>

export const pendingCharge = (intent: Intent, given: NewCharge): Charge => ({
  ...noResult,
  merchant: intent.merchant,
  mode: intent.mode,
  payment_intent: intent.id,
  amount: intent.amount,
  currency: intent.currency,
  ...given,
})

/** The charge as the API and the events show it. */
export const chargeToWire = (charge: Charge, intent: Intent): WireCharge => {
  const succeeded = charge.status === 'succeeded'
  return {
    id: charge.id,
    object: 'charge',
    amount: Number(charge.amount),
    amount_captured: succeeded ? Number(charge.amount) : 0,
    amount_refunded: 0,
    balance_transaction: charge.ledger_transaction,
    captured: succeeded,
    created: unixSeconds(charge.created_at),
    currency: charge.currency,
    description: intent.description,
    failure_code: charge.failure_code,
    failure_message: charge.failure_message,
    livemode: charge.mode === 'live',
    metadata: intent.metadata,
    paid: succeeded,
    payment_intent: charge.payment_intent,
    payment_method: charge.payment_method,
    refunded: false,
    status: charge.status,
  }
}
