import type { PaymentError } from '@micro/contracts'
import { addMs, assert, errorBody, Fault } from '@micro/kernel'
import type { EmittedEvent } from '@micro/service'
import { declineIntent, intentToWire, succeedIntent, type Intent } from '../payment-intents/payment-intent.ts'
import { feeFor, type FeeRates } from '../posting/fee.ts'
import type { ProcessorOutcome } from '../processors/processor.ts'
import { chargeToWire, type Charge } from './charge.ts'

/** A processor's result applied: what to save, what to tell the world. */
export interface Settlement {
  readonly intent: Intent
  readonly charge: Charge
  readonly events: readonly EmittedEvent[]
}

export interface SettlementTerms {
  readonly fee: FeeRates
  readonly now: Date
  /** How long whoever settles has for the ledger posting before the posting worker steps in, in ms. */
  readonly postingLeaseMs: number
}

const declineError = (charge: Charge): PaymentError => {
  const { failure_code: code, decline_code, failure_message: message, failure_param: param } = charge
  assert(code !== null && message !== null, `charge ${charge.id} failed without a reason`)
  return {
    type: 'card_error',
    code,
    ...(decline_code === null ? {} : { decline_code }),
    message,
    ...(param === null ? {} : { param }),
    charge: charge.id,
  }
}

/** Applies a processor's result to a processing intent and its pending charge. The events show both as they are then. */
export const settle = (
  before: { intent: Intent; charge: Charge },
  outcome: ProcessorOutcome,
  terms: SettlementTerms,
): Settlement => {
  assert(before.charge.status === 'pending', `charge ${before.charge.id} is settled already`)
  assert(before.intent.latest_charge === before.charge.id, `charge ${before.charge.id} is not the latest of its intent`)
  if (outcome.kind === 'succeeded') {
    const intent = succeedIntent(before.intent)
    const charge: Charge = {
      ...before.charge,
      status: 'succeeded',
      processor_id: outcome.processorId,
      fee: feeFor(before.charge.amount, terms.fee),
      posting: 'due',
      posting_after: addMs(terms.now, terms.postingLeaseMs),
      settled_at: terms.now,
    }
    const events: EmittedEvent[] = [
      { type: 'charge.succeeded', object: chargeToWire(charge, intent) },
      { type: 'payment_intent.succeeded', object: intentToWire(intent) },
    ]
    return { intent, charge, events }
  }
  const charge: Charge = {
    ...before.charge,
    status: 'failed',
    failure_code: outcome.code,
    decline_code: outcome.declineCode,
    failure_message: outcome.message,
    failure_param: outcome.param ?? null,
    advice_code: outcome.adviceCode ?? null,
    settled_at: terms.now,
  }
  const intent = declineIntent(before.intent, declineError(charge))
  const events: EmittedEvent[] = [
    { type: 'charge.failed', object: chargeToWire(charge, intent) },
    { type: 'payment_intent.payment_failed', object: intentToWire(intent) },
  ]
  return { intent, charge, events }
}

/** What the caller who asked for a charge is told: the intent, or with status 402 the decline that shows the intent. */
export interface ChargeAnswer {
  readonly status: number
  readonly body: object
}

export const answerFor = (intent: Intent, charge: Charge): ChargeAnswer => {
  if (charge.failure_code === null) return { status: charge.answer_status, body: intentToWire(intent) }
  const { charge: id, code: _code, type: _type, message, ...members } = declineError(charge)
  const fault = new Fault(charge.failure_code, {
    ...members,
    charge: id,
    payment_intent: intentToWire(intent),
    advice_code: charge.advice_code ?? undefined,
  })
  // The card network's own words rather than the catalogue's.
  return { status: fault.spec.status, body: { error: { ...errorBody(fault).error, message } } }
}
