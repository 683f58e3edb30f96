const words: Readonly<Record<string, string>> = {
  generic_decline: 'The bank said no and did not say why. Another card, or a call to the bank, may help.',
  insufficient_funds: 'There is not enough money on the card. A smaller amount, or another card, may help.',
  lost_card: 'The card was reported lost. Do not try it again.',
  stolen_card: 'The card was reported stolen. Do not try it again.',
  fraudulent: 'The payment looks like fraud. Do not try this card again.',
  highest_risk_level: 'The payment was blocked for its risk, and the bank was never asked.',
  card_velocity_exceeded: 'The card was used too often, or beyond its limit. It may work later.',
  expired_card: 'The card has expired. Ask for the new one.',
  incorrect_cvc: 'The security code is wrong. It may have been a slip: ask for it again.',
  processing_error: 'Something failed on the way to the bank. Trying again may help.',
  authentication_required: 'The bank wants its holder to confirm. Ask them to pay again while they are there.',
}

/** Why a card was declined, for people who know no codes; else what the processor said. */
export const declineText = (code: string | null | undefined, said?: string | null): string =>
  words[code ?? ''] ?? said ?? 'The card was declined.'
