import type { Dispute as WireDispute } from '@micro/contracts'
import type { EmittedEvent } from '@micro/service'
import { isShown, type MovementKind } from '../movements/kinds.ts'
import { newMovement, type Movement } from '../movements/movement.ts'
import type { Dispute } from './dispute.ts'

export interface DisputeTerms {
  /** The id of the movement, if money moves. */
  readonly balanceTransaction: string
  readonly requestId: string
  readonly now: Date
  /** The same by the merchant's clock. */
  readonly merchantNow: Date
  /** How long whoever settles has for the ledger posting before the posting worker steps in, in ms. */
  readonly postingLeaseMs: number
}

const kindFor = ({ inquiry, status }: Dispute): MovementKind | undefined => {
  if (inquiry) return undefined
  if (status === 'needs_response') return 'dispute'
  if (status === 'won') return 'dispute_reversal'
  return status === 'lost' ? 'dispute_lost' : undefined
}

const descriptions: Partial<Record<MovementKind, string>> = {
  dispute: 'Chargeback withdrawal',
  dispute_reversal: 'Chargeback reversal',
  dispute_lost: 'Chargeback lost',
}

/** What a dispute moves that was just opened, escalated or ended; nothing of an inquiry. The fee is kept however it ends. */
export const movementOf = (dispute: Dispute, terms: DisputeTerms): Movement | undefined => {
  const kind = kindFor(dispute)
  if (kind === undefined) return undefined
  const { balanceTransaction, ...times } = terms
  return newMovement({
    id: balanceTransaction,
    merchant: dispute.merchant,
    mode: dispute.mode,
    kind,
    source: dispute.id,
    charge: dispute.charge,
    amount: dispute.amount,
    fee: kind === 'dispute' ? dispute.fee : 0n,
    currency: dispute.currency,
    description: descriptions[kind] ?? null,
    links: { payment_intent: dispute.payment_intent, dispute: dispute.id },
    ...times,
  })
}

/** What is told of a dispute that was just opened, escalated or ended; funds are spoken of where the balance has moved. */
export const eventsOf = (object: WireDispute, before: WireDispute, movement: Movement | undefined): EmittedEvent[] => {
  const moves = movement !== undefined && isShown(movement.kind)
  if (object.status === 'needs_response' && before.status !== object.status)
    return [
      { type: 'charge.dispute.updated', object, before },
      { type: 'charge.dispute.funds_withdrawn', object },
    ]
  if (object.status === 'needs_response' || object.status === 'warning_needs_response')
    return [
      { type: 'charge.dispute.created', object },
      ...(moves ? [{ type: 'charge.dispute.funds_withdrawn', object } as const] : []),
    ]
  return [
    ...(moves ? [{ type: 'charge.dispute.funds_reinstated', object } as const] : []),
    { type: 'charge.dispute.closed', object, before },
  ]
}
