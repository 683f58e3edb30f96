import Stripe from 'stripe'
import { disputeReasons } from '@micro/contracts'
import type { DisputeDecision } from './disputing.ts'
import { disputeName } from './dispute-name.ts'
import { outcomeOfIntent, outcomeOfRefund, paymentOf, refundThereOf } from './stripe.ts'
import { chargeOfIntent, kindOfTransaction, lineOfTransaction } from './stripe-settlement.ts'
import { pageOf } from './stripe-pages.ts'
import type { Told } from './telling.ts'

export const toldOfIntent = (intent: Stripe.PaymentIntent): Told | undefined => {
  const charge = chargeOfIntent(intent)
  if (charge === undefined) return undefined
  return {
    kind: 'charge',
    charge,
    payment: paymentOf(intent),
    outcome: outcomeOfIntent(intent),
    canceled: intent.status === 'canceled',
  }
}

export const toldOfPage = (session: Stripe.Checkout.Session): Told | undefined => {
  const page = pageOf(session)
  return page.session === undefined ? undefined : { kind: 'page', session: page.session, page }
}

export const toldOfRefund = (refund: Stripe.Refund): Told | undefined => {
  const id = refund.metadata?.['micro_refund']
  if (id === undefined) return undefined
  return { kind: 'refund', refund: id, there: refundThereOf(refund), outcome: outcomeOfRefund(refund) }
}

/** What each of its statuses is here; null: nothing that moves money or can be answered. */
const standings: ReadonlyMap<string, { readonly inquiry: boolean; readonly decision?: DisputeDecision } | null> =
  new Map(
    Object.entries({
      warning_needs_response: { inquiry: true },
      warning_under_review: { inquiry: true },
      warning_closed: { inquiry: true, decision: 'closed' },
      needs_response: { inquiry: false },
      under_review: { inquiry: false },
      // One that was lost, and is looked at once more: how it ends is told again.
      appeal_needs_response: { inquiry: false },
      appeal_under_review: { inquiry: false },
      won: { inquiry: false, decision: 'won' },
      lost: { inquiry: false, decision: 'lost' },
      prevented: null,
    } as const),
  )

/** @param given with its `payment_intent` expanded, of that processor, asked at that time; throws where its status is none that is known */
export const toldOfDispute = (
  given: Stripe.Dispute,
  { processor, now }: { processor: string; now: Date },
): Told | undefined => {
  const { id, amount, currency, reason, status, payment_intent, evidence_details } = given
  const charge = chargeOfIntent(payment_intent)
  if (charge === undefined || payment_intent === null || typeof payment_intent === 'string') return undefined
  const standing = standings.get(status)
  if (standing === undefined) throw new Error(`dispute ${id} has the unknown status ${status}`)
  if (standing === null) return undefined
  const dueMs = (evidence_details.due_by ?? 0) * 1_000
  return {
    kind: 'dispute',
    currency,
    payment: paymentOf(payment_intent),
    decision: standing.decision,
    lines: given.balance_transactions.flatMap((transaction) => {
      const kind = kindOfTransaction(transaction)
      return kind === undefined ? [] : [lineOfTransaction(transaction, { processor, kind, source: given, charge })]
    }),
    dispute: {
      id: disputeName({ processor, id }),
      charge,
      amount: BigInt(amount),
      reason: disputeReasons.find((each) => each === reason) ?? 'general',
      inquiry: standing.inquiry,
      responseMs: Math.max(0, dueMs - now.getTime()),
    },
  }
}
