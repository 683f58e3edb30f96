import type { Decline } from './processor.ts'

/** What the simulator does with a test payment method: charge it, or decline it this way. */
export type TestCard = 'succeeds' | Decline

type DeclineName = keyof typeof declines

const declines = {
  generic: {
    code: 'card_declined',
    declineCode: 'generic_decline',
    message: 'Your card was declined.',
    adviceCode: 'try_again_later',
  },
  insufficientFunds: {
    code: 'card_declined',
    declineCode: 'insufficient_funds',
    message: 'Your card has insufficient funds.',
    adviceCode: 'try_again_later',
  },
  lostCard: {
    code: 'card_declined',
    declineCode: 'lost_card',
    message: 'Your card was declined.',
    adviceCode: 'do_not_try_again',
  },
  stolenCard: {
    code: 'card_declined',
    declineCode: 'stolen_card',
    message: 'Your card was declined.',
    adviceCode: 'do_not_try_again',
  },
  fraudulent: {
    code: 'card_declined',
    declineCode: 'fraudulent',
    message: 'Your card was declined.',
    adviceCode: 'do_not_try_again',
  },
  velocity: {
    code: 'card_declined',
    declineCode: 'card_velocity_exceeded',
    adviceCode: 'try_again_later',
    message: 'Your card was declined for making repeated attempts too frequently or exceeding its amount limit.',
  },
  expired: { code: 'expired_card', declineCode: 'expired_card', message: 'Your card has expired.', param: 'exp_month' },
  incorrectCvc: {
    code: 'incorrect_cvc',
    declineCode: 'incorrect_cvc',
    message: "Your card's security code is incorrect.",
    param: 'cvc',
  },
  processingError: {
    code: 'processing_error',
    declineCode: 'processing_error',
    adviceCode: 'try_again_later',
    message: 'An error occurred while processing your card. Try again in a little bit.',
  },
} as const satisfies Record<string, Omit<Decline, 'kind'>>

// Stripe's documented names, with and without the card's brand. `tok_declined` is the original system's.
const declining: Record<string, DeclineName> = {
  pm_card_chargeDeclined: 'generic',
  pm_card_visa_chargeDeclined: 'generic',
  pm_card_chargeCustomerFail: 'generic',
  pm_card_chargeDeclinedInsufficientFunds: 'insufficientFunds',
  pm_card_visa_chargeDeclinedInsufficientFunds: 'insufficientFunds',
  pm_card_chargeDeclinedLostCard: 'lostCard',
  pm_card_visa_chargeDeclinedLostCard: 'lostCard',
  pm_card_chargeDeclinedStolenCard: 'stolenCard',
  pm_card_visa_chargeDeclinedStolenCard: 'stolenCard',
  pm_card_chargeDeclinedExpiredCard: 'expired',
  pm_card_chargeDeclinedIncorrectCvc: 'incorrectCvc',
  pm_card_chargeDeclinedProcessingError: 'processingError',
  pm_card_chargeDeclinedFraudulent: 'fraudulent',
  pm_card_chargeDeclinedVelocityLimitExceeded: 'velocity',
  pm_card_visa_chargeDeclinedVelocityLimitExceeded: 'velocity',
  tok_declined: 'generic',
  tok_chargeDeclined: 'generic',
  tok_visa_chargeDeclined: 'generic',
  tok_chargeCustomerFail: 'generic',
  tok_chargeDeclinedInsufficientFunds: 'insufficientFunds',
  tok_visa_chargeDeclinedInsufficientFunds: 'insufficientFunds',
  tok_visa_chargeDeclinedLostCard: 'lostCard',
  tok_visa_chargeDeclinedStolenCard: 'stolenCard',
  tok_chargeDeclinedExpiredCard: 'expired',
  tok_chargeDeclinedIncorrectCvc: 'incorrectCvc',
  tok_chargeDeclinedProcessingError: 'processingError',
  tok_chargeDeclinedFraudulent: 'fraudulent',
  tok_visa_chargeDeclinedVelocityLimitExceeded: 'velocity',
}

const succeeding = [
  'visa',
  'visa_debit',
  'mastercard',
  'mastercard_debit',
  'mastercard_prepaid',
  'amex',
  'discover',
  'diners',
  'jcb',
  'unionpay',
  'us',
  'gb',
  'de',
  'fr',
  'ca',
  'au',
  'jp',
  'bypassPending',
].flatMap((card) => [`pm_card_${card}`, `tok_${card}`])

/** Every payment method of test mode and what comes of it. */
export const testCards: ReadonlyMap<string, TestCard> = new Map<string, TestCard>([
  ...succeeding.map((name) => [name, 'succeeds'] as const),
  ...Object.entries(declining).map(([name, decline]) => [name, { kind: 'declined', ...declines[decline] }] as const),
])

/** What confirming on the original surface uses in test mode when no payment method is given. */
export const defaultTestCard = 'pm_card_visa'
