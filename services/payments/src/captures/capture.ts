import type { Tenant } from '@micro/contracts'
import { assert, Fault } from '@micro/kernel'
import { checkAmountStep } from '../amount-step.ts'
import { isAuthorised, type Charge } from '../charges/charge.ts'
import { kept } from '../payment-intents/payment-intent.texts.ts'

/** The capture of a charge, as its row has it. There is at most one. Its amount is in minor units. */
export interface Capture extends Tenant {
  readonly charge: string
  readonly payment_intent: string
  readonly amount: bigint
  readonly status: 'pending' | 'succeeded' | 'failed'
  readonly request_id: string
  readonly idempotency_key: string | null
  readonly answer_status: number
  readonly answer_with: Charge['answer_with']
  readonly processing_told: boolean
  /** Until then somebody is at work on it; afterwards the completer takes over. */
  readonly leased_until: Date
  readonly created_at: Date
  readonly settled_at: Date | null
}

/** What its caller decides of a new capture. */
export type NewCapture = Pick<
  Capture,
  'request_id' | 'idempotency_key' | 'answer_status' | 'answer_with' | 'created_at' | 'leased_until'
>

/** What may be said with a capture of how the payment is shown; an empty text takes away. */
export interface CaptureTexts {
  readonly receipt_email?: string | undefined
  readonly statement_descriptor?: string | undefined
  readonly statement_descriptor_suffix?: string | undefined
  readonly transfer_group?: string | undefined
}

export const textNames = [
  'receipt_email',
  'statement_descriptor',
  'statement_descriptor_suffix',
  'transfer_group',
] as const satisfies readonly (keyof CaptureTexts)[]

/** A charge, or its intent, with what was said at its capture. */
export const withTexts = <T extends { readonly [Name in keyof CaptureTexts]-?: string | null }>(
  before: T,
  given: CaptureTexts,
): T => ({ ...before, ...Object.fromEntries(textNames.map((name) => [name, kept(before[name], given[name])])) })

const tooLarge = (max: bigint, param: string): Fault => new Fault('amount_too_large', { max: String(max), param })

/**
 * All of an authorisation, or the part that is asked for. `param`: what the caller names the amount.
 * @throws Fault amount_too_large, parameter_invalid, charge_expired_for_capture
 */
export const pendingCapture = (
  charge: Charge,
  asked: { amount: bigint | undefined; param: string; merchantNow: Date },
  given: NewCapture,
): Capture => {
  const { merchant, mode, payment_intent } = charge
  assert(isAuthorised(charge), `charge ${charge.id} is not authorised`)
  if (charge.capture_before !== null && charge.capture_before <= asked.merchantNow)
    throw new Fault('charge_expired_for_capture', { charge: charge.id })
  const amount = asked.amount ?? charge.amount
  if (amount > charge.amount) throw tooLarge(charge.amount, asked.param)
  if (amount !== charge.amount) checkAmountStep(amount, { currency: charge.currency, param: asked.param })
  return {
    ...given,
    charge: charge.id,
    merchant,
    mode,
    payment_intent,
    amount,
    status: 'pending',
    processing_told: false,
    settled_at: null,
  }
}
