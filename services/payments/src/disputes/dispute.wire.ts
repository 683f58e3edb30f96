import { evidenceFiles, evidenceTexts, type Dispute as WireDispute } from '@micro/contracts'
import { unixSeconds } from '@micro/kernel'
import { balanceTransactionToWire, type ShownMovement } from '../balances/balance-transaction.ts'
import { isShown } from '../movements/kinds.ts'
import type { Dispute } from './dispute.ts'

const each = <N extends string, T>(names: readonly N[], value: (name: N) => T): Record<N, T> =>
  Object.fromEntries(names.map((name) => [name, value(name)])) as Record<N, T>

/** The dispute as the API and the events show it, with what it moved; the members stand in the contract's order. */
export const disputeToWire = (dispute: Dispute, moved: readonly ShownMovement[]): WireDispute => ({
  id: dispute.id,
  object: 'dispute',
  amount: Number(dispute.amount),
  // What a dispute moves is there at once.
  balance_transactions: moved
    .filter(({ kind }) => isShown(kind))
    .map((each) => balanceTransactionToWire(each, each.available_on)),
  charge: dispute.charge,
  created: unixSeconds(dispute.created_at),
  currency: dispute.currency,
  enhanced_eligibility_types: [],
  evidence: {
    ...each(evidenceTexts, (name) => dispute.evidence[name] ?? null),
    ...each(evidenceFiles, () => null),
    enhanced_evidence: {},
  },
  evidence_details: {
    due_by: unixSeconds(dispute.due_by),
    enhanced_eligibility: {},
    has_evidence: Object.keys(dispute.evidence).length > 0,
    past_due: dispute.submission_count === 0 && dispute.closed_at !== null && dispute.due_by <= dispute.closed_at,
    submission_count: dispute.submission_count,
    submission_method: dispute.submission_count === 0 ? 'not_submitted' : 'manual',
  },
  intended_submission_method: null,
  is_charge_refundable: dispute.status === 'warning_needs_response' || dispute.status === 'warning_under_review',
  livemode: dispute.mode === 'live',
  metadata: dispute.metadata,
  payment_intent: dispute.payment_intent,
  reason: dispute.reason,
  status: dispute.status,
})
