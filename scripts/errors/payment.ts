import type { Explanation } from './explanation.ts'

const anotherCard =
  'Ask for another card, and confirm the same intent again under another idempotency key. `decline_code` says more.'
const readAgain = 'Retrieve it, and do what its status allows: [states](states.md) has all of them.'

/** Of payments, and all that becomes of them. */
export const paymentExplanations = {
  amount_too_small: {
    when: 'Less than a card is charged for in this currency.',
    remedy: 'Charge more, or collect several small amounts into one. Amounts are minor units: 50 is 0.50 USD.',
  },
  amount_too_large: {
    when: 'More than eight digits, or more than was authorised or is left.',
    remedy: 'Ask for less. Amounts are minor units: 5000 is 50.00 USD.',
  },
  currency_unsupported: {
    when: 'It is no currency of ISO 4217.',
    remedy: 'Send three letters, such as `usd`. In the ledger, make an asset of your own first.',
  },
  figures_busy: {
    when: 'Figures of this account are being read already, and others wait.',
    remedy: 'Wait as long as `Retry-After` says, and ask for one thing after the other.',
  },
  payment_intent_unexpected_state: {
    when: 'What you ask for is not possible in its status, often since it was done already.',
    remedy: readAgain,
  },
  payment_method_missing: {
    when: 'Nothing says what to charge.',
    remedy: 'Pass `payment_method`; in test mode one of the [test cards](test-cards.md), such as `pm_card_visa`.',
  },
  setup_intent_unexpected_state: {
    when: 'What you ask for is not possible in its status.',
    remedy: readAgain,
  },
  setup_intent_authentication_failure: {
    when: 'The card’s holder did not prove to be one.',
    remedy: 'Let them try again, or ask for another card.',
  },
  payment_method_unexpected_state: {
    when: 'A payment method belongs to one customer in its life, and without one it is used once.',
    remedy: 'Attach a new one to the customer before you pay with it, and it can be used again.',
  },
  lock_timeout: {
    when: 'Another request of yours changes the same object.',
    remedy: 'Send it again in a moment, with the same idempotency key.',
  },
  resource_already_exists: {
    when: 'The id you chose is taken.',
    remedy: 'Use that object, or choose another id.',
  },
  product_has_prices: {
    when: 'Something was, or may be, sold by these prices.',
    remedy: 'Update the product with `active=false`: it is no longer sold, and stays on record.',
  },
  price_is_default: {
    when: 'The product would be left without its price.',
    remedy: 'Give the product another `default_price`, then archive this one.',
  },
  card_declined: { when: 'The card’s bank said no. Nothing was moved.', remedy: anotherCard },
  expired_card: { when: 'The card’s last month is over.', remedy: anotherCard },
  invalid_expiry_month: { when: 'The month is not one of the card.', remedy: 'Let the card’s holder correct it.' },
  invalid_expiry_year: { when: 'The year is not one of the card.', remedy: 'Let the card’s holder correct it.' },
  incorrect_cvc: {
    when: 'The three or four digits are not those of the card.',
    remedy: 'Let the card’s holder type them again.',
  },
  processing_error: {
    when: 'The processor could not ask the bank. Nothing was moved.',
    remedy: 'Confirm again in a moment, under another idempotency key.',
  },
  incorrect_number: {
    when: 'It is no number of a card.',
    remedy: 'Let the card’s holder type it again.',
  },
  invalid_cvc: {
    when: 'A security code has three digits, of American Express four.',
    remedy: 'Let the card’s holder type it again.',
  },
  token_already_used: {
    when: 'A token stands for a card once.',
    remedy: 'Make another one. To charge a card again, attach it to a customer.',
  },
  authentication_required: {
    when: 'The bank wants the card’s holder to agree, and the payment was made without them.',
    remedy: 'Bring them back to your page and confirm there; the intent tells where to send them.',
  },
  payment_intent_authentication_failure: {
    when: 'The card’s holder did not prove to be one. Nothing was moved.',
    remedy: 'Let them try again, or ask for another card.',
  },
  charge_already_captured: {
    when: 'It was captured before, perhaps by a request whose answer was lost.',
    remedy: 'Nothing, if the amount is right: `amount_captured` tells. A charge is captured once.',
  },
  charge_not_authorised: {
    when: 'There is nothing that could be captured: it failed, or was not authorised yet.',
    remedy: 'Confirm its payment intent first.',
  },
  charge_expired_for_capture: {
    when: 'An authorisation holds for seven days, and this one is over.',
    remedy: 'Make another payment; the customer agrees anew.',
  },
  increment_unsupported: {
    when: 'More is to be captured than was authorised, and cards here do not take that.',
    remedy: 'Capture what there is, and charge the rest by another payment intent.',
  },
  charge_not_refundable: {
    when: 'Nothing was paid, so there is nothing to give back.',
    remedy: 'Cancel the payment intent, if it still waits.',
  },
  charge_not_captured: {
    when: 'The money was only set aside.',
    remedy: 'Cancel the payment intent: what was authorised is given back.',
  },
  charge_already_refunded: {
    when: 'All of it was given back.',
    remedy: 'Nothing. `GET /v1/refunds?charge=…` lists how.',
  },
  charge_disputed: {
    when: 'The card’s bank took the money back already, by a dispute.',
    remedy:
      'Refund at most what the dispute leaves; for the rest answer it, or accept it. The customer would be paid twice.',
  },
  refund_exceeds_charge: {
    when: 'Refunds come to no more than was captured.',
    remedy: 'Refund at most what the message names.',
  },
  refund_unexpected_state: {
    when: 'The money is on its way, or there.',
    remedy: 'Charge the customer again, if it was a mistake and they agree.',
  },
  dispute_unexpected_state: {
    when: 'The dispute is decided, or with the bank.',
    remedy: readAgain,
  },
  evidence_too_large: {
    when: 'All texts of the evidence together are too long.',
    remedy: 'Say it shorter: a person at the bank reads it.',
  },
  card_number_refused: {
    when: 'The number of a card reached Micro, which keeps none. It was not stored, nor logged.',
    remedy:
      'Never send real ones. Use a [test payment method](test-cards.md); in live mode, one that your processor’s page made.',
  },
  checkout_session_not_open: {
    when: 'The session was paid, or its time is over.',
    remedy: 'Make another one, and send the customer there.',
  },
  processor_not_configured: {
    when: 'Live mode moves money through a processor of yours, and there is none for this.',
    remedy: 'Configure one ([processors](guides/processors.md)), or use a test key. It never falls to the simulator.',
  },
  reconciliation_running: {
    when: 'One reconciliation of a merchant runs at a time.',
    remedy: 'Wait for it to end: `GET /payments/reconciliations` shows it.',
  },
  balance_insufficient: {
    when: 'What is available is less; the rest is still pending, or was paid out.',
    remedy: 'Pay out less, or wait: `micro balance` tells. In test mode `micro clock advance --by 3d` helps.',
  },
  payout_unexpected_state: {
    when: 'The payout is on its way to the bank, or has ended.',
    remedy: 'Wait for `payout.paid` or `payout.failed`.',
  },
  payout_of_processor: {
    when: 'The processor pays out by its own schedule.',
    remedy: 'Cancel it there; Micro hears of it.',
  },
  live_mode_only: {
    when: 'Processors are for live money.',
    remedy: 'Use a live key.',
  },
  webhook_signature_invalid: {
    when: 'What came says to be from a processor, and does not prove it. All reasons answer the same.',
    remedy: 'Compare the signing secret with the one that the processor shows, and the clocks of both machines.',
  },
  encryption_not_configured: {
    when: 'The installation was set up without a key to encrypt with.',
    remedy: 'Its operator makes one: [secrets](guides/secrets.md).',
  },
  processor_currency_refused: {
    when: 'Your account there would convert, and the books would name another amount than you are paid.',
    remedy: 'Charge in a currency that it pays out in, or configure a processor that does.',
  },
  live_method_not_kept: {
    when: 'Live payment methods are the processor’s own, and Micro does not keep them for later.',
    remedy: 'Leave `setup_future_usage` out; pay with it once.',
  },
  live_checkout_unavailable: {
    when: 'No configured processor takes this session, for the reason that the message names.',
    remedy: 'Mend what it names ([processors](guides/processors.md)), then make another session.',
  },
  test_mode_only: {
    when: 'Live mode keeps to the real time, and knows no test helpers.',
    remedy: 'Use a test key.',
  },
} as const satisfies Readonly<Record<string, Explanation>>
