import type { ChargeOutcome } from '@micro/contracts'
import type { ChallengeRequest, ChargeRequest, Decline, ProcessorOutcome } from './processor.ts'
import { declines } from './declines.ts'
import type { TestCard } from './test-cards.ts'

const approved = (card: TestCard): ChargeOutcome => ({
  advice_code: null,
  network_advice_code: null,
  network_decline_code: null,
  network_status: 'approved_by_network',
  reason: card.risk === 'normal' ? null : `${card.risk}_risk_level`,
  risk_level: card.risk,
  risk_score: { normal: 20, elevated: 70, highest: 90 }[card.risk],
  seller_message: 'Payment complete.',
  type: 'authorized',
})

const sellerMessages: Readonly<Record<string, string>> = {
  generic_decline: 'The bank did not return any further details with this decline.',
  insufficient_funds: 'The bank returned the decline code `insufficient_funds`.',
}

const declined = (card: TestCard, decline: Omit<Decline, 'kind'>): Decline => ({
  kind: 'declined',
  ...decline,
  checks: card.checks,
  outcome: {
    ...approved(card),
    advice_code: decline.adviceCode ?? null,
    network_status: 'declined_by_network',
    reason: decline.declineCode,
    seller_message:
      sellerMessages[decline.declineCode] ?? `The bank returned the decline code \`${decline.declineCode}\`.`,
    type: 'issuer_declined',
  },
})

const blocked = (card: TestCard): Decline => ({
  ...declined(card, declines.fraudulent),
  outcome: {
    ...approved(card),
    network_status: 'not_sent_to_network',
    reason: 'highest_risk_level',
    seller_message: 'The payment was blocked because its risk is the highest.',
    type: 'blocked',
  },
})

/** Whether a card's holder has to prove to be one. Off session nobody is there to: the charge itself will tell. */
export const challengesHolder = (
  { authentication }: TestCard,
  { offSession, requested }: ChallengeRequest,
): boolean => {
  if (offSession || authentication === 'never') return false
  if (authentication === 'on_request') return requested === 'any' || requested === 'challenge'
  return true
}

/** Whether the proof is missing that this card asks for. */
const misses = ({ authentication }: TestCard, { offSession, authenticated, setUp }: ChargeRequest): boolean => {
  if (authenticated || authentication === 'never' || authentication === 'on_request') return false
  if (authentication === 'unless_off_session') return !offSession
  return !(authentication === 'unless_set_up' && offSession && setUp)
}

/** What becomes of a charge: decided by the card alone, so that the same charge always ends the same. */
export const outcomeOf = (card: TestCard, request: ChargeRequest, processorId: string): ProcessorOutcome => {
  if (card.blocked === true) return blocked(card)
  if (misses(card, request)) return declined(card, declines.authenticationRequired)
  if (card.decline !== undefined) return declined(card, declines[card.decline])
  return {
    kind: 'succeeded',
    processorId,
    checks: card.checks,
    outcome: approved(card),
    ...(card.availableAtOnce === true ? { availableAtOnce: true } : {}),
  }
}
