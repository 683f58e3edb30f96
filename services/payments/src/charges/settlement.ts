import type { ChargeOutcome, PaymentError } from '@micro/contracts'
import { addMs, assert, errorBody, Fault } from '@micro/kernel'
import type { EmittedEvent } from '@micro/service'
import { authoriseIntent, declineIntent, succeedIntent } from '../payment-intents/outcome.ts'
import type { Intent } from '../payment-intents/payment-intent.ts'
import { intentToWire } from '../payment-intents/payment-intent.wire.ts'
import { feeFor, type FeeRates } from '../movements/fee.ts'
import { newMovement, settlesOn, type Movement } from '../movements/movement.ts'
import { paymentMethodToWire, type PaymentMethod } from '../payment-methods/payment-method.ts'
import type { Decline, ProcessorOutcome, Report, Success } from '../processors/processor.ts'
import { chargeToWire } from './charge.wire.ts'
import type { CardFacts, Charge } from './charge.ts'

/** A processor's result applied: what to save, what to tell the world. */
export interface Settlement {
  readonly intent: Intent
  readonly charge: Charge
  /** What it moves, in the order of its recording. */
  readonly movements: readonly Movement[]
  readonly events: readonly EmittedEvent[]
}

export interface SettlementTerms {
  readonly fee: FeeRates
  /** Of live mode. */
  readonly liveFee: FeeRates
  /** How many days after a charge its money can be paid out. */
  readonly settlementDays: number
  /** Ids for what is moved. */
  readonly newMovementId: () => string
  readonly now: Date
  /** The same by the merchant's clock, by which authorisations expire. */
  readonly merchantNow: Date
  /** How long whoever settles has for the ledger posting before the posting worker steps in, in ms. */
  readonly postingLeaseMs: number
}

/** How long an authorisation may be captured, in ms: 7 days. */
export const authorisationMs = 7 * 86_400_000

interface Pair {
  readonly intent: Intent
  readonly charge: Charge
  /** What was charged, to be shown where it was declined. */
  readonly method?: PaymentMethod | undefined
}

const declineError = (charge: Charge, method?: PaymentMethod): PaymentError => {
  const { failure_code: code, decline_code, advice_code, failure_message: message, failure_param: param } = charge
  assert(code !== null && message !== null, `charge ${charge.id} failed without a reason`)
  return {
    type: 'card_error',
    code,
    ...(decline_code === null ? {} : { decline_code }),
    ...(advice_code === null ? {} : { advice_code }),
    message,
    ...(param === null ? {} : { param }),
    charge: charge.id,
    ...(method === undefined ? {} : { payment_method: paymentMethodToWire(method) }),
  }
}

const authenticatedBy = { authentication_flow: 'challenge', result: 'authenticated', version: '2.2.0' } as const
const nothingElse = {
  electronic_commerce_indicator: null,
  exemption_indicator: null,
  result_reason: null,
  transaction_id: null,
} as const

/** What the card's side told, with what was known of the card before. */
const reported = (
  { payment_method_details: card, authenticated }: Charge,
  { checks, outcome }: Report,
): { payment_method_details: CardFacts | null; outcome: ChargeOutcome | null } => ({
  outcome: outcome ?? null,
  payment_method_details: card && {
    ...card,
    checks: checks ?? card.checks,
    three_d_secure: authenticated ? { ...authenticatedBy, ...nothingElse } : card.three_d_secure,
  },
})

type Times = Pick<SettlementTerms, 'now' | 'merchantNow' | 'postingLeaseMs' | 'newMovementId'>

/** What is remembered of an authorisation, in the ledger's memorandum accounts, in full: when it begins and when it ends. */
export const authorisationMovement = (
  kind: 'authorisation' | 'authorisation_release',
  charge: Charge,
  { newMovementId, ...times }: Times,
): Movement =>
  newMovement({
    id: newMovementId(),
    merchant: charge.merchant,
    mode: charge.mode,
    kind,
    source: charge.id,
    charge: charge.id,
    amount: charge.amount,
    currency: charge.currency,
    links: { payment_intent: charge.payment_intent },
    requestId: charge.request_id,
    now: times.now,
    merchantNow: times.merchantNow,
    postingLeaseMs: times.postingLeaseMs,
  })

/** A charge whose amount, or a part of it, was taken, and the movement of that money. */
export const capturedCharge = (
  charge: Charge,
  taken: { amount: bigint; requestId: string; availableAtOnce?: boolean | undefined },
  { fee: rates, liveFee, settlementDays, newMovementId, now, merchantNow, postingLeaseMs }: SettlementTerms,
): { charge: Charge; movement: Movement } => {
  const id = newMovementId()
  const fee = feeFor(taken.amount, charge.currency, charge.mode === 'live' ? liveFee : rates)
  const movement = newMovement({
    id,
    merchant: charge.merchant,
    mode: charge.mode,
    kind: 'charge',
    source: charge.id,
    charge: charge.id,
    amount: taken.amount,
    fee,
    currency: charge.currency,
    availableOn: taken.availableAtOnce === true ? merchantNow : settlesOn(merchantNow, settlementDays),
    description: charge.description,
    links: { payment_intent: charge.payment_intent },
    requestId: taken.requestId,
    now,
    merchantNow,
    postingLeaseMs,
  })
  return {
    movement,
    charge: { ...charge, captured: true, amount_captured: taken.amount, fee, balance_transaction: id },
  }
}

const authorise = ({ intent: before, charge: pending }: Pair, terms: SettlementTerms): Settlement => {
  const charge: Charge = { ...pending, capture_before: addMs(terms.merchantNow, authorisationMs) }
  const intent = authoriseIntent(before)
  const events: EmittedEvent[] = [
    { type: 'charge.succeeded', object: chargeToWire(charge, intent) },
    { type: 'payment_intent.amount_capturable_updated', object: intentToWire(intent) },
  ]
  return { intent, charge, movements: [authorisationMovement('authorisation', charge, terms)], events }
}

const succeed = (
  { intent: before, charge: pending }: Pair,
  { availableAtOnce }: Success,
  terms: SettlementTerms,
): Settlement => {
  const taken = { amount: pending.amount, requestId: pending.request_id, availableAtOnce }
  const { charge, movement } = capturedCharge(pending, taken, terms)
  const intent = succeedIntent(before)
  const events: EmittedEvent[] = [
    { type: 'charge.succeeded', object: chargeToWire(charge, intent) },
    { type: 'payment_intent.succeeded', object: intentToWire(intent) },
  ]
  return { intent, charge, movements: [movement], events }
}

const declinedCharge = (pending: Charge, outcome: Decline, now: Date): Charge => ({
  ...pending,
  ...reported(pending, outcome),
  status: 'failed',
  failure_code: outcome.code,
  decline_code: outcome.declineCode,
  failure_message: outcome.message,
  failure_param: outcome.param ?? null,
  advice_code: outcome.adviceCode ?? null,
  settled_at: now,
})

/** A decline after which another processor is asked: the attempt failed, the intent is still processing with the next one. */
export interface FailOver {
  readonly intent: Intent
  readonly declined: Charge
  readonly next: Charge
  readonly events: readonly EmittedEvent[]
}

export const failOver = (
  { intent: before, charge: pending }: Pair,
  outcome: Decline,
  next: Pick<Charge, 'id' | 'processor' | 'created_at' | 'leased_until'>,
  now: Date,
): FailOver => {
  assert(pending.status === 'pending', `charge ${pending.id} is settled already`)
  assert(next.processor !== pending.processor, `charge ${pending.id} is to be sent where it was declined`)
  const declined = declinedCharge(pending, outcome, now)
  const intent = { ...before, latest_charge: next.id }
  return {
    intent,
    declined,
    next: { ...pending, ...next },
    events: [{ type: 'charge.failed', object: chargeToWire(declined, intent) }],
  }
}

const decline = (
  { intent: before, charge: pending, method }: Pair,
  outcome: Decline,
  terms: SettlementTerms,
): Settlement => {
  const charge = declinedCharge(pending, outcome, terms.now)
  const intent = declineIntent(before, declineError(charge, method))
  const events: EmittedEvent[] = [
    { type: 'charge.failed', object: chargeToWire(charge, intent) },
    { type: 'payment_intent.payment_failed', object: intentToWire(intent) },
  ]
  return { intent, charge, movements: [], events }
}

/** Applies a processor's result to a processing intent and its pending charge. The events show both as they are then. */
export const settle = (before: Pair, outcome: ProcessorOutcome, terms: SettlementTerms): Settlement => {
  const { intent, charge } = before
  assert(charge.status === 'pending', `charge ${charge.id} is settled already`)
  assert(intent.latest_charge === charge.id, `charge ${charge.id} is not the latest of its intent`)
  if (outcome.kind === 'declined') return decline(before, outcome, terms)
  const succeeded: Charge = {
    ...charge,
    ...reported(charge, outcome),
    status: 'succeeded',
    processor_id: outcome.processorId,
    settled_at: terms.now,
  }
  const pair = { intent, charge: succeeded }
  return charge.capture_method === 'manual' ? authorise(pair, terms) : succeed(pair, outcome, terms)
}

/** What the caller who asked for a charge is told: the intent, or with status 402 the decline that shows the intent. */
export interface ChargeAnswer {
  readonly status: number
  readonly body: object
}

export const answerFor = (intent: Intent, charge: Charge): ChargeAnswer => {
  if (charge.failure_code === null) {
    const body = charge.answer_with === 'charge' ? chargeToWire(charge, intent) : intentToWire(intent)
    return { status: charge.answer_status, body }
  }
  const { last_payment_error: last } = intent
  // Of an attempt that another one followed, the intent tells no more.
  const { code: _code, type: _type, message, ...members } = last?.charge === charge.id ? last : declineError(charge)
  const fault = new Fault(charge.failure_code, { ...members, payment_intent: intentToWire(intent) })
  // The card network's own words rather than the catalogue's.
  return { status: fault.spec.status, body: { error: { ...errorBody(fault).error, message } } }
}
