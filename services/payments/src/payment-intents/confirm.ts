import type { FutureUsage, NextAction, PaymentError, PaymentMethodParam, ShippingParam } from '@micro/contracts'
import { Fault } from '@micro/kernel'
import { nextStatus, type Intent } from './payment-intent.ts'
import { changedShipping, kept, optionsOf, type OptionsInput } from './payment-intent.texts.ts'
import { intentToWire } from './payment-intent.wire.ts'

/** What a confirmation says of the payment; left out is as it was. */
export interface ConfirmTerms {
  /** What who pays was shown, in minor units: refused where it is no longer the amount. */
  readonly amount?: bigint | undefined
  /** And in which currency. */
  readonly currency?: string | undefined
  readonly paymentMethod?: string | undefined
  readonly methodData?: PaymentMethodParam | undefined
  readonly captureMethod?: Intent['capture_method'] | undefined
  readonly options?: OptionsInput | undefined
  readonly receiptEmail?: string | undefined
  readonly returnUrl?: string | undefined
  readonly offSession?: boolean | undefined
  readonly setupFutureUsage?: FutureUsage | '' | null | undefined
  readonly shipping?: ShippingParam | '' | null | undefined
}

const noAction = { next_action: null, authentication: null } as const

/**
 * The intent as it is to be charged; its status is not touched yet. Whoever brings another payment method has to prove
 * anew that it is theirs. @throws Fault payment_intent_unexpected_state, payment_method_missing, parameter_invalid
 */
export const agreeOn = (intent: Intent, given: ConfirmTerms): Intent & { readonly payment_method: string } => {
  nextStatus(intent, 'confirm')
  const payment_method = given.paymentMethod ?? intent.payment_method
  if (payment_method === null) {
    throw new Fault('payment_method_missing', { param: 'payment_method', payment_intent: intentToWire(intent) })
  }
  if (given.amount !== undefined && given.amount !== intent.amount) {
    throw new Fault('parameter_invalid', { param: 'amount_to_confirm', reason: `the amount is ${intent.amount}` })
  }
  if (given.currency !== undefined && given.currency !== intent.currency) {
    throw new Fault('parameter_invalid', { param: 'currency', reason: `the currency is ${intent.currency}` })
  }
  return {
    ...intent,
    payment_method,
    authenticated: intent.authenticated && payment_method === intent.payment_method,
    capture_method: given.captureMethod ?? intent.capture_method,
    payment_method_options: optionsOf(intent.payment_method_options, given.options),
    receipt_email: kept(intent.receipt_email, given.receiptEmail),
    return_url: given.returnUrl ?? intent.return_url,
    off_session: given.offSession ?? false,
    setup_future_usage: kept(intent.setup_future_usage, given.setupFutureUsage),
    shipping: changedShipping(intent.shipping, given.shipping),
    last_payment_error: null,
  }
}

/** From here the outcome is the processor's. @throws Fault payment_intent_unexpected_state */
export const startCharge = (intent: Intent, charge: string): Intent => ({
  ...intent,
  ...noAction,
  status: nextStatus(intent, 'confirm'),
  latest_charge: charge,
  last_payment_error: null,
})

/** Where the holder proves to be one: a page to go to and come back from, or one that the shop shows by itself. */
export const actionFor = ({ return_url }: Intent, url: string): NextAction =>
  return_url === null
    ? { type: 'use_stripe_sdk', use_stripe_sdk: { type: 'three_d_secure_redirect', stripe_js: url } }
    : { type: 'redirect_to_url', redirect_to_url: { return_url, url } }

/** The card's holder has to act first. @throws Fault payment_intent_unexpected_state */
export const challengeIntent = (intent: Intent, given: { authentication: string; url: string }): Intent => ({
  ...intent,
  status: nextStatus(intent, 'challenge'),
  next_action: actionFor(intent, given.url),
  authentication: given.authentication,
})

/** The holder proved to be one. @throws Fault payment_intent_unexpected_state */
export const authenticateIntent = (intent: Intent): Intent => ({
  ...intent,
  ...noAction,
  status: nextStatus(intent, 'authenticate'),
  authenticated: true,
})

/** The holder could not or would not, and nobody was charged. @throws Fault payment_intent_unexpected_state */
export const refuseIntent = (intent: Intent, error: PaymentError): Intent => ({
  ...intent,
  ...noAction,
  status: nextStatus(intent, 'refuse'),
  payment_method: null,
  authenticated: false,
  last_payment_error: error,
})
