import type { Charge as WireCharge } from '@micro/contracts'
import type { EmittedEvent } from '@micro/service'
import { newMovement, type Movement } from '../movements/movement.ts'
import type { RefundOutcome } from '../processors/refunding.ts'
import { applyOutcome, refundToWire, type Refund } from './refund.ts'

export interface RefundTerms {
  /** Ids of the movements, if money moves: to the customer, and back. */
  readonly ids: { readonly taken: string; readonly givenBack: string }
  readonly requestId: string
  readonly now: Date
  /** The same by the merchant's clock. */
  readonly merchantNow: Date
  /** How long whoever settles has for the ledger posting before the posting worker steps in, in ms. */
  readonly postingLeaseMs: number
  /** When a refund that is pending is looked up again, if nothing is heard of it. */
  readonly nextLookUp: Date
}

/** A processor's word applied: what to save, what moves, what to tell. */
export interface RefundSettlement {
  readonly refund: Refund
  readonly movements: readonly Movement[]
  /** Given the charge as it is once the refund is saved. */
  readonly eventsOn: (charge: WireCharge) => readonly EmittedEvent[]
}

/** Whether nobody knows yet if the processor has it. */
export const isUnsent = ({ status, processor_id }: Refund): boolean => status === 'pending' && processor_id === null

/** What is told of a refund that changed. */
export const refundUpdated = (before: Refund, after: Refund): EmittedEvent[] => {
  const change = { object: refundToWire(after), before: refundToWire(before) }
  return [
    { type: 'refund.updated', ...change },
    { type: 'charge.refund.updated', ...change },
  ]
}

const eventsOf = (before: Refund, after: Refund, charge: WireCharge): EmittedEvent[] => {
  const object = refundToWire(after)
  const created: EmittedEvent[] = isUnsent(before) ? [{ type: 'refund.created', object }] : []
  const updated = created.length === 0 ? refundUpdated(before, after) : []
  if (after.status === 'failed') return [...created, ...updated, { type: 'refund.failed', object }]
  if (after.status === 'canceled' || created.length === 0) return [...created, ...refundUpdated(before, after)]
  // Its amount counts from the moment the refund was asked for; what is told of the charge before is without it.
  const unrefunded = { ...charge, amount_refunded: charge.amount_refunded - object.amount, refunded: false }
  return [...created, { type: 'charge.refunded', object: charge, before: unrefunded }]
}

const movementOf = (kind: 'refund' | 'refund_failure', id: string, refund: Refund, terms: RefundTerms): Movement =>
  newMovement({
    id,
    merchant: refund.merchant,
    mode: refund.mode,
    kind,
    source: refund.id,
    charge: refund.charge,
    amount: refund.amount,
    currency: refund.currency,
    description: kind === 'refund' ? 'Refund' : 'Refund failure',
    links: { payment_intent: refund.payment_intent, refund: refund.id },
    requestId: terms.requestId,
    now: terms.now,
    merchantNow: terms.merchantNow,
    postingLeaseMs: terms.postingLeaseMs,
  })

/** Undefined when the word changes nothing: it was told before, or came too late. */
export const settleRefund = (
  before: Refund,
  outcome: RefundOutcome,
  terms: RefundTerms,
): RefundSettlement | undefined => {
  const refund = applyOutcome(before, outcome, terms)
  if (refund === undefined) return undefined
  const { balance_transaction: taken, failure_balance_transaction: givenBack } = refund
  const movements = [
    ...(taken !== null && before.balance_transaction === null ? [movementOf('refund', taken, refund, terms)] : []),
    ...(givenBack === null ? [] : [movementOf('refund_failure', givenBack, refund, terms)]),
  ]
  return { refund, movements, eventsOn: (charge) => eventsOf(before, refund, charge) }
}
