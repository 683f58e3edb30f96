import type { Dispute, DisputeReason, DisputeStatus } from '@micro/contracts'
import type { Tone } from '../ui/badge.tsx'

const states: Readonly<Record<DisputeStatus, { text: string; tone: Tone; means: string }>> = {
  warning_needs_response: {
    text: 'Inquiry: answer it',
    tone: 'warn',
    means: 'The card’s bank asks about this payment. No money has moved; unanswered it may become a chargeback.',
  },
  warning_under_review: {
    text: 'Inquiry: under review',
    tone: 'calm',
    means: 'The card’s bank looks at what you sent. No money has moved.',
  },
  warning_closed: {
    text: 'Inquiry: closed',
    tone: 'calm',
    means: 'The bank’s question was closed. No money has moved.',
  },
  needs_response: {
    text: 'Needs your answer',
    tone: 'bad',
    means:
      'The holder of the card wants the money back, and it was taken from your balance. Send evidence in time to get it back.',
  },
  under_review: {
    text: 'Under review',
    tone: 'warn',
    means: 'The card’s bank looks at what you sent, and decides. That takes weeks.',
  },
  won: { text: 'Won', tone: 'good', means: 'The bank decided for you, and the money came back.' },
  lost: { text: 'Lost', tone: 'bad', means: 'The money stays with the holder of the card. This is final.' },
}

/** What a status is called, its colour, and what it means for the money. */
export const disputeState = (status: DisputeStatus) => states[status]

/** Whether the merchant still may write evidence, hand it in, or accept. */
export const isOpen = ({ status }: Pick<Dispute, 'status'>): boolean =>
  status === 'needs_response' || status === 'warning_needs_response'

const reasons: Readonly<Partial<Record<DisputeReason, string>>> = {
  fraudulent: 'The holder says they did not pay this',
  product_not_received: 'The holder says that nothing arrived',
  product_unacceptable: 'The holder says it is not what was promised',
  credit_not_processed: 'The holder waits for a refund',
  duplicate: 'The holder says they paid twice',
  subscription_canceled: 'The holder says they canceled',
  unrecognized: 'The holder does not know what this was',
  general: 'The bank gave no reason',
}

/** Why the money is wanted back, for people; else the processor's word. */
export const reasonText = (reason: DisputeReason): string => reasons[reason] ?? reason.replaceAll('_', ' ')

const hourSeconds = 3_600
const daySeconds = 24 * hourSeconds

/** How long there is to answer, as of a moment in seconds; undefined where there is nothing to answer any more. */
export const dueText = (
  { status, evidence_details: { due_by } }: Pick<Dispute, 'status' | 'evidence_details'>,
  now: number,
): { text: string; tone: Tone } | undefined => {
  if (!isOpen({ status }) || due_by === null) return undefined
  const left = due_by - now
  if (left <= 0) return { text: 'Past due', tone: 'bad' }
  const [count, unit] =
    left < 2 * daySeconds ? [Math.ceil(left / hourSeconds), 'hour'] : [Math.floor(left / daySeconds), 'day']
  return { text: `${count} ${unit}${count === 1 ? '' : 's'} left`, tone: left < 2 * daySeconds ? 'bad' : 'warn' }
}
