import Stripe from 'stripe'
import { assert } from '@micro/kernel'
import type { CaptureOutcome, Decline, ProcessorOutcome } from './processor.ts'
import type { RefundOutcome } from './refunding.ts'
import type { PaymentThere, RefundThere } from './same-payment.ts'
import type { DeclineFaultCode } from '../charges/charge.ts'
import type { KeptCard, KeyVerdict } from './live.ts'

const codes: Readonly<Record<string, DeclineFaultCode>> = {
  expired_card: 'expired_card',
  incorrect_cvc: 'incorrect_cvc',
  processing_error: 'processing_error',
  authentication_required: 'authentication_required',
}
const advice = ['confirm_card_data', 'do_not_try_again', 'try_again_later'] as const

interface Refusal {
  readonly code?: string | null | undefined
  readonly decline_code?: string | null | undefined
  readonly message?: string | null | undefined
  readonly advice_code?: string | null | undefined
}

const declineOf = ({ code, decline_code, message, advice_code }: Refusal): Decline => {
  const adviceCode = advice.find((each) => each === advice_code)
  return {
    kind: 'declined',
    code: codes[code ?? ''] ?? 'card_declined',
    declineCode: decline_code ?? code ?? 'generic_decline',
    message: message ?? 'Your card was declined.',
    ...(adviceCode === undefined ? {} : { adviceCode }),
  }
}

/** Nothing of what it says is for whoever pays: it may be of the merchant's key. */
const turnedAway: Decline = {
  kind: 'declined',
  code: 'processing_error',
  declineCode: 'processing_error',
  message: 'The processor did not take this payment.',
}

const unknownMethod: Decline = { ...turnedAway, message: 'The processor does not know this payment method.' }

/** What a processor does not take at any time; said in words that are for whoever pays. */
const notTaken: Readonly<Record<string, Pick<Decline, 'declineCode' | 'message'>>> = {
  amount_too_small: { declineCode: 'invalid_amount', message: 'The amount is less than the processor takes.' },
  amount_too_large: { declineCode: 'invalid_amount', message: 'The amount is more than the processor takes.' },
  payment_method_currency_mismatch: {
    declineCode: 'currency_not_supported',
    message: 'The payment method does not support this currency.',
  },
}

/**
 * An error after which nothing was done, for certain: no earlier sending of the same request was taken either, or its
 * answer would have come instead. A key that is refused (401, 403) says nothing of an earlier sending.
 */
export const isRefusal = (error: unknown): boolean => error instanceof Stripe.errors.StripeInvalidRequestError

/** What an error, after a payment was asked for, says of the key. */
export const verdictOf = (error: unknown): KeyVerdict => {
  if (error instanceof Stripe.errors.StripeAuthenticationError) return 'refused'
  if (error instanceof Stripe.errors.StripePermissionError) return 'not_permitted'
  return isRefusal(error) && (error as Stripe.errors.StripeError).statusCode === 404 ? 'other_account' : 'unknown'
}

/** What an error says of a charge; undefined: nothing, so its result is not known. */
export const declineOfError = (error: unknown): Decline | undefined => {
  if (error instanceof Stripe.errors.StripeCardError) return declineOf(error)
  if (!isRefusal(error)) return undefined
  const { code, param } = error as Stripe.errors.StripeError
  // Only its own payment methods are known to a processor; another one may know it.
  if (code === 'resource_missing' && param === 'payment_method') return unknownMethod
  return { ...turnedAway, ...notTaken[code ?? ''] }
}

export const paymentOf = ({ id, amount, currency, capture_method }: Stripe.PaymentIntent): PaymentThere => ({
  id,
  amount: BigInt(amount),
  currency,
  isManual: capture_method === 'manual',
})

export const refundThereOf = ({ id, amount, currency, payment_intent: payment }: Stripe.Refund): RefundThere => ({
  id,
  amount: BigInt(amount),
  currency,
  payment: typeof payment === 'string' ? payment : (payment?.id ?? null),
})

/** How a payment intent there stands; undefined: it is not decided yet. */
export const outcomeOfIntent = (intent: Stripe.PaymentIntent): ProcessorOutcome | undefined => {
  const { id, status, last_payment_error: error } = intent
  if (status === 'succeeded' || status === 'requires_capture') return { kind: 'succeeded', processorId: id }
  if (error !== null) return declineOf(error)
  return status === 'canceled' ? turnedAway : undefined
}

/**
 * What became of an authorisation; undefined: it still stands. While it is taken nothing is known yet.
 * @throws AssertionError then
 */
export const endingOfIntent = ({ id, status }: Stripe.PaymentIntent): CaptureOutcome | undefined => {
  if (status === 'succeeded') return { kind: 'captured' }
  if (status === 'canceled') return { kind: 'lapsed' }
  assert(status === 'requires_capture', `${id} is not decided yet at its processor: ${status}`)
  return undefined
}

/** Made, and not confirmed, or just being so: the same request, sent again, tells what came of it. */
export const isUntouched = ({ status, last_payment_error: error }: Stripe.PaymentIntent): boolean =>
  error === null && (status === 'requires_payment_method' || status === 'requires_confirmation')

export const outcomeOfRefund = ({ id, status, failure_reason }: Stripe.Refund): RefundOutcome => {
  if (status === 'failed') return { kind: 'failed', processorId: id, reason: failure_reason ?? 'unknown' }
  if (status === 'succeeded' || status === 'canceled') return { kind: status, processorId: id }
  return { kind: 'pending', processorId: id }
}

/** Undefined: it is no card. */
export const keptCardOf = ({ id, card }: Stripe.PaymentMethod): KeptCard | undefined => {
  if (card === undefined) return undefined
  const { brand, last4, country, funding, checks, exp_month, exp_year, fingerprint } = card
  return {
    face: {
      brand,
      last4: last4 ?? '',
      country: country ?? '',
      funding,
      cvcCheck: checks?.cvc_check ?? 'unavailable',
      line1Check: checks?.address_line1_check ?? 'unavailable',
      postalCheck: checks?.address_postal_code_check ?? 'unavailable',
    },
    exp_month,
    exp_year,
    fingerprint: fingerprint ?? id,
  }
}
