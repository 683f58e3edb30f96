import { bad, type FaultSpec } from './fault-spec.ts'

/** Payments, and all that becomes of them. */
export const paymentFaults = {
  // payments
  amount_too_small: bad('Amount must be at least {min} {currency}.'),
  amount_too_large: bad('Amount must be no more than {max}.'),
  currency_unsupported: bad("Invalid currency: '{currency}'. Use a lower-case ISO 4217 code such as usd."),
  payment_intent_unexpected_state: bad(
    'You cannot {command} this PaymentIntent because it has a status of {status}. That takes one of these statuses: {allowed}.',
  ),
  payment_method_missing: bad(
    'You cannot confirm this because it is missing a payment method. Pass payment_method, e.g. pm_card_visa.',
  ),
  setup_intent_unexpected_state: bad(
    'You cannot {command} this SetupIntent because it has a status of {status}. That takes one of these statuses: {allowed}.',
  ),
  setup_intent_authentication_failure: {
    type: 'invalid_request_error',
    status: 402,
    retryable: false,
    text: 'The provided PaymentMethod has failed authentication. Confirm with another PaymentMethod to try again.',
  },
  payment_method_unexpected_state: bad('You cannot {command} this PaymentMethod: {reason}.'),
  lock_timeout: {
    type: 'invalid_request_error',
    status: 429,
    retryable: true,
    text: 'This object is being changed by another request. Try again.',
  },
  figures_busy: {
    type: 'invalid_request_error',
    status: 429,
    retryable: true,
    text: 'As many figures as may be are read already, or wait to be. Ask for these again shortly, and for fewer at once.',
  },
  resource_already_exists: bad("{resource} '{id}' already exists."),
  product_has_prices: bad(
    'This product cannot be deleted because it has prices. Archive it instead: update it with active=false.',
  ),
  price_is_default: bad(
    'This price cannot be archived because it is the default price of its product. Give the product another one first.',
  ),
  card_declined: { type: 'card_error', status: 402, retryable: false, text: 'Your card was declined.' },
  expired_card: { type: 'card_error', status: 402, retryable: false, text: 'Your card has expired.' },
  invalid_expiry_month: {
    type: 'card_error',
    status: 402,
    retryable: false,
    text: "Your card's expiration month is invalid.",
  },
  invalid_expiry_year: {
    type: 'card_error',
    status: 402,
    retryable: false,
    text: "Your card's expiration year is invalid.",
  },
  incorrect_cvc: { type: 'card_error', status: 402, retryable: false, text: "Your card's security code is incorrect." },
  processing_error: {
    type: 'card_error',
    status: 402,
    retryable: true,
    text: 'An error occurred while processing your card. Try again in a little bit.',
  },
  incorrect_number: { type: 'card_error', status: 402, retryable: false, text: 'Your card number is incorrect.' },
  invalid_cvc: {
    type: 'card_error',
    status: 402,
    retryable: false,
    text: "Your card's security code is invalid.",
  },
  token_already_used: bad("You cannot use a token more than once: '{id}'."),
  authentication_required: {
    type: 'card_error',
    status: 402,
    retryable: false,
    text: 'Your card was declined. This transaction requires authentication.',
  },
  payment_intent_authentication_failure: {
    type: 'invalid_request_error',
    status: 402,
    retryable: false,
    text: 'The provided PaymentMethod has failed authentication. Confirm with another PaymentMethod to try again.',
  },
  charge_already_captured: bad('Charge {charge} has already been captured.'),
  charge_not_authorised: {
    ...bad('Charge {charge} cannot be captured because it has a status of {status}: nothing was authorised.'),
    coded: false,
  },
  charge_expired_for_capture: bad(
    'Charge {charge} cannot be captured because its authorisation has expired or was given back. Charge the card anew.',
  ),
  increment_unsupported: {
    ...bad('This PaymentIntent cannot be raised: authorisations of cards are not incremental here. Make another one.'),
    coded: false,
  },
  // refunds and disputes
  charge_not_refundable: { ...bad('{object} does not have a successful charge to refund.'), coded: false },
  charge_not_captured: {
    ...bad(
      'Charge {charge} has not been captured, so there is nothing to refund. Cancel its PaymentIntent instead: POST /v1/payment_intents/{intent}/cancel.',
    ),
    coded: false,
  },
  charge_already_refunded: bad('Charge {charge} has already been refunded.'),
  charge_disputed: bad(
    'Charge {charge} has been charged back; it cannot be refunded beyond what its dispute {dispute} leaves.',
  ),
  refund_exceeds_charge: {
    ...bad('Refund amount ({asked}) is greater than unrefunded amount on charge ({unrefunded})'),
    coded: false,
  },
  refund_unexpected_state: bad(
    'You cannot cancel this refund because it has a status of {status}. Only a pending refund can be canceled.',
  ),
  dispute_unexpected_state: bad(
    'You cannot {command} this dispute because it has a status of {status}. That takes one of these statuses: {allowed}.',
  ),
  evidence_too_large: bad('{param}: the evidence has {length} characters altogether, {limit} are allowed.'),
  card_number_refused: {
    type: 'invalid_request_error',
    status: 402,
    retryable: false,
    text: 'Sending card numbers directly to the API is refused: they are never stored here. Use a test payment method such as pm_card_visa.',
  },
  checkout_session_not_open: bad(
    'This Checkout Session is {status}, so nothing can be paid or expired here any more. Create another one.',
  ),
  processor_not_configured: bad(
    'Live mode has no payment processor configured for this, so no live charge can be made. Use a test key, or configure one: POST /payments/processors.',
  ),
  reconciliation_running: {
    type: 'invalid_request_error',
    status: 409,
    retryable: true,
    text: 'A reconciliation of yours is running already. Wait for it to end, then try again.',
  },
  balance_insufficient: bad(
    'You have {available} {currency} available in minor units, this payout takes {required}. See GET /v1/balance.',
  ),
  payout_unexpected_state: bad(
    'You cannot {command} payout {payout}: it has a status of {status}, and only one that is pending can be canceled.',
  ),
  payout_of_processor: bad('Payout {payout} was made by your processor, which alone can cancel it.'),
  live_mode_only: bad('This is for live mode only: test mode has the simulator. Use a live key.'),
  webhook_signature_invalid: bad(
    'Nothing was received: there is no such endpoint, or the Stripe-Signature header does not fit the body, its secret and the time.',
  ),
  encryption_not_configured: bad(
    'This installation has no key to encrypt a secret with (MICRO_ENCRYPTION_KEYS), so none can be kept. Ask the operator to run micro secrets init.',
  ),
  processor_currency_refused: bad(
    "No configured processor is paid out in '{currency}', and Micro converts nothing. Charge in a currency of GET /payments/processors, or configure one that takes it.",
  ),
  live_method_not_kept: bad(
    'A payment method of a live processor cannot be kept for later payments here yet. Pay with it once, without setup_future_usage.',
  ),
  live_checkout_unavailable: bad(
    'No processor of yours makes a page for this session: {reason}. Nobody can pay it, and it has expired.',
  ),
  test_mode_only: bad('This works in test mode only: live money keeps to the real time. Use a test key.'),
} as const satisfies Record<string, FaultSpec>
