import type { CancellationReason, PaymentError } from '@micro/contracts'
import { nextStatus, type Intent } from './payment-intent.ts'

/** All of it was taken, or of an authorisation the part that was captured. */
export const succeedIntent = (intent: Intent, received = intent.amount): Intent => ({
  ...intent,
  status: nextStatus(intent, 'succeed'),
  amount_received: received,
})

export const authoriseIntent = (intent: Intent): Intent => ({
  ...intent,
  status: nextStatus(intent, 'authorise'),
  amount_capturable: intent.amount,
})

export const declineIntent = (intent: Intent, error: PaymentError): Intent => ({
  ...intent,
  status: nextStatus(intent, 'decline'),
  payment_method: null,
  authenticated: false,
  last_payment_error: error,
})

/** From here the outcome is the processor's. @throws Fault payment_intent_unexpected_state */
export const startCapture = (intent: Intent): Intent => ({
  ...intent,
  status: nextStatus(intent, 'capture'),
  amount_capturable: 0n,
})

interface Ending {
  readonly reason: CancellationReason | undefined
  readonly now: Date
}

const ended = { amount_capturable: 0n, next_action: null, authentication: null } as const

/** @throws Fault payment_intent_unexpected_state */
export const cancelIntent = (intent: Intent, { reason, now }: Ending): Intent => ({
  ...intent,
  ...ended,
  status: nextStatus(intent, 'cancel'),
  cancellation_reason: reason ?? null,
  canceled_at: now,
})

/** The authorisation came to its end without a capture. @throws Fault payment_intent_unexpected_state */
export const lapseIntent = (intent: Intent, { reason, now }: Ending): Intent => ({
  ...intent,
  ...ended,
  status: nextStatus(intent, 'lapse'),
  cancellation_reason: reason ?? null,
  canceled_at: now,
})
