import { assert, errorBody, Fault } from '@micro/kernel'
import type { EmittedEvent } from '@micro/service'
import {
  authorisationMovement,
  capturedCharge,
  type ChargeAnswer,
  type Settlement,
  type SettlementTerms,
} from '../charges/settlement.ts'
import { isAuthorised, type Charge } from '../charges/charge.ts'
import { chargeToWire } from '../charges/charge.wire.ts'
import { lapseIntent, succeedIntent } from '../payment-intents/outcome.ts'
import type { Intent } from '../payment-intents/payment-intent.ts'
import { intentToWire } from '../payment-intents/payment-intent.wire.ts'
import type { CaptureOutcome } from '../processors/processor.ts'
import type { Capture } from './capture.ts'

interface Before {
  readonly intent: Intent
  readonly charge: Charge
  readonly capture: Capture
}

export interface CaptureSettlement extends Settlement {
  readonly capture: Capture
}

/** The processor no longer has the authorisation: nothing is taken, and nothing can be any more. */
const lapse = ({ intent: before, charge: authorised, capture }: Before, terms: SettlementTerms): CaptureSettlement => {
  const { now, merchantNow } = terms
  const charge: Charge = { ...authorised, released_at: now }
  const intent = lapseIntent(before, { reason: 'expired', now: merchantNow })
  const events: EmittedEvent[] = [
    { type: 'charge.expired', object: chargeToWire(charge, intent) },
    { type: 'payment_intent.canceled', object: intentToWire(intent) },
  ]
  const movements = [authorisationMovement('authorisation_release', charge, terms)]
  return { intent, charge, movements, events, capture: { ...capture, status: 'failed', settled_at: now } }
}

/** Applies a processor's result to a pending capture, its charge and its intent. */
export const settleCapture = (before: Before, outcome: CaptureOutcome, terms: SettlementTerms): CaptureSettlement => {
  const { capture } = before
  assert(capture.status === 'pending', `the capture of ${capture.charge} is settled already`)
  assert(isAuthorised(before.charge), `charge ${capture.charge} is not authorised`)
  if (outcome.kind === 'lapsed') return lapse(before, terms)
  const { availableAtOnce } = outcome
  const taken = { amount: capture.amount, requestId: capture.request_id, availableAtOnce }
  const { charge, movement } = capturedCharge(before.charge, taken, terms)
  const movements = [authorisationMovement('authorisation_release', before.charge, terms), movement]
  const intent = succeedIntent(before.intent, capture.amount)
  const events: EmittedEvent[] = [
    {
      type: 'charge.captured',
      object: chargeToWire(charge, intent),
      before: chargeToWire(before.charge, before.intent),
    },
    { type: 'payment_intent.succeeded', object: intentToWire(intent) },
  ]
  return { intent, charge, movements, events, capture: { ...capture, status: 'succeeded', settled_at: terms.now } }
}

/** What the caller who asked for a capture is told. */
export const captureAnswer = ({ intent, charge, capture }: Before): ChargeAnswer => {
  if (capture.status === 'failed') {
    const fault = new Fault('charge_expired_for_capture', {
      charge: charge.id,
      payment_intent: intentToWire(intent),
    })
    return { status: fault.spec.status, body: errorBody(fault) }
  }
  const body = capture.answer_with === 'charge' ? chargeToWire(charge, intent) : intentToWire(intent)
  return { status: capture.answer_status, body }
}
