import type {
  BillingDetails,
  CaptureMethod,
  ChargedCard,
  ChargeOutcome,
  FraudDetails,
  Shipping,
  Tenant,
} from '@micro/contracts'
import type { Intent } from '../payment-intents/payment-intent.ts'

/** What is kept of the card; amounts and times are shown from the charge itself. */
export type CardFacts = Omit<ChargedCard, 'amount_authorized' | 'capture_before'>

/** One attempt to charge a payment intent, as its row has it. Amounts and fee in minor units. */
export interface Charge extends Tenant {
  readonly id: string
  readonly payment_intent: string
  readonly amount: bigint
  readonly amount_captured: bigint
  /** Kept by the database, as the sum of its refunds. */
  readonly amount_refunded: bigint
  readonly disputed: boolean
  readonly currency: string
  readonly payment_method: string
  /** What the processor knows the payment method by; null: by its id. */
  readonly processor_method: string | null
  /** Which configured processor it is sent to; null in test mode, of the simulator. */
  readonly processor: string | null
  readonly status: 'pending' | 'succeeded' | 'failed'
  /** Manually: success is an authorisation, and money moves when it is captured. */
  readonly capture_method: 'automatic' | 'manual'
  readonly captured: boolean
  /** Until when an authorisation may be captured, on the merchant's clock. */
  readonly capture_before: Date | null
  /** When an authorisation was given back without having been captured. */
  readonly released_at: Date | null
  readonly customer: string | null
  readonly off_session: boolean
  readonly authenticated: boolean
  readonly set_up: boolean
  readonly payment_method_details: CardFacts | null
  readonly billing_details: BillingDetails | null
  readonly outcome: ChargeOutcome | null
  /** Null in rows of an older version, which showed its intent's. */
  readonly metadata: Record<string, string> | null
  readonly description: string | null
  readonly receipt_email: string | null
  readonly shipping: Shipping | null
  readonly fraud_details: FraudDetails | null
  readonly statement_descriptor: string | null
  readonly statement_descriptor_suffix: string | null
  readonly transfer_group: string | null
  readonly processor_id: string | null
  readonly failure_code: DeclineFaultCode | null
  readonly decline_code: string | null
  readonly failure_message: string | null
  readonly failure_param: string | null
  readonly advice_code: string | null
  readonly fee: bigint | null
  /** The movement that a capture makes. */
  readonly balance_transaction: string | null
  readonly request_id: string
  readonly idempotency_key: string | null
  /** The status a success is answered with: 201 for a create on the original surface. */
  readonly answer_status: number
  /** Which of the two its caller asked for. */
  readonly answer_with: 'payment_intent' | 'charge'
  readonly processing_told: boolean
  /** Until then somebody is at work on it; afterwards the completer takes over. */
  readonly leased_until: Date
  readonly created_at: Date
  readonly settled_at: Date | null
}

/** The faults a decline may be told as; all are card errors with status 402. */
export type DeclineFaultCode =
  | 'card_declined'
  | 'expired_card'
  | 'incorrect_cvc'
  | 'processing_error'
  | 'authentication_required'

const noResult = {
  amount_captured: 0n,
  amount_refunded: 0n,
  disputed: false,
  status: 'pending',
  captured: false,
  capture_before: null,
  released_at: null,
  outcome: null,
  fraud_details: null,
  processor_id: null,
  failure_code: null,
  decline_code: null,
  failure_message: null,
  failure_param: null,
  advice_code: null,
  fee: null,
  balance_transaction: null,
  processing_told: false,
  settled_at: null,
} as const

/** What its caller decides of a new charge. */
export type NewCharge = Pick<
  Charge,
  | 'id'
  | 'payment_method'
  | 'processor_method'
  | 'processor'
  | 'set_up'
  | 'payment_method_details'
  | 'billing_details'
  | 'request_id'
  | 'idempotency_key'
  | 'answer_status'
  | 'answer_with'
  | 'created_at'
  | 'leased_until'
>

export const isManual = (method: CaptureMethod): boolean => method === 'manual'

export const pendingCharge = (intent: Intent, given: NewCharge): Charge => ({
  ...noResult,
  merchant: intent.merchant,
  mode: intent.mode,
  payment_intent: intent.id,
  amount: intent.amount,
  currency: intent.currency,
  capture_method: isManual(captureMethodOf(intent)) ? 'manual' : 'automatic',
  customer: intent.customer,
  off_session: intent.off_session,
  authenticated: intent.authenticated,
  metadata: intent.metadata,
  description: intent.description,
  receipt_email: intent.receipt_email,
  shipping: intent.shipping,
  statement_descriptor: intent.statement_descriptor,
  statement_descriptor_suffix: intent.statement_descriptor_suffix,
  transfer_group: intent.transfer_group,
  ...given,
})

/** What is asked for cards goes before what is asked for all. */
export const captureMethodOf = ({ capture_method, payment_method_options: options }: Intent): CaptureMethod =>
  options?.card?.capture_method ?? capture_method

/** What can still be captured of it. */
export const isAuthorised = ({ status, captured, released_at }: Charge): boolean =>
  status === 'succeeded' && !captured && released_at === null
