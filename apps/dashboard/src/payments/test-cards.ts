/** The test cards that show the most, of docs/test-cards.md. */
export const testCards = [
  { method: 'pm_card_visa', name: 'Visa', explains: 'Is paid at once.' },
  { method: 'pm_card_mastercard', name: 'Mastercard', explains: 'Is paid at once, too.' },
  { method: 'pm_card_chargeDeclined', name: 'Declined', explains: 'The bank says no, and not why.' },
  {
    method: 'pm_card_chargeDeclinedInsufficientFunds',
    name: 'Too little money',
    explains: 'The bank says no: insufficient funds.',
  },
  { method: 'pm_card_chargeDeclinedExpiredCard', name: 'Expired', explains: 'Is declined: its date has passed.' },
  {
    method: 'pm_card_threeDSecure2Required',
    name: '3-D Secure',
    explains: 'Waits until its holder has confirmed, on a page that you play yourself.',
  },
  { method: 'pm_card_createDispute', name: 'Disputed', explains: 'Is paid; then its holder wants the money back.' },
  { method: 'pm_card_refundFail', name: 'Refund fails', explains: 'Is paid; a refund of it fails later.' },
] as const
