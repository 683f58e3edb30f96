import type { Tenant } from '@micro/contracts'
import { assert } from '@micro/kernel'
import { newMovement, type Movement, type NewMovement } from '../movements/movement.ts'

/** What a processor kept of a line, and the movement here that the line is of. Amounts in minor units. */
export interface DueFee extends Tenant {
  readonly line: string
  /** Negative: given back. */
  readonly fee: bigint
  readonly currency: string
  readonly charge: string
  readonly payment_intent: string
  /** Of the movement that the line is of. */
  readonly source: string
  readonly movement: string
  readonly movement_currency: string
  readonly available_on: Date
}

type Terms = Pick<NewMovement, 'id' | 'merchantNow' | 'now' | 'postingLeaseMs'>

/**
 * A movement of its own, since the charge's was recorded before the processor told: what it kept is less to come from it,
 * and less for the merchant, whose account there it is. It is pending for as long as what it is for.
 */
export const movementOfFee = (due: DueFee, terms: Terms): Movement => {
  assert(due.fee !== 0n, `line ${due.line} has no fee`)
  const isKept = due.fee > 0n
  return newMovement({
    ...terms,
    merchant: due.merchant,
    mode: due.mode,
    kind: isKept ? 'processor_fee' : 'processor_fee_return',
    source: due.source,
    charge: due.charge,
    amount: isKept ? due.fee : -due.fee,
    currency: due.currency,
    availableOn: due.available_on > terms.merchantNow ? due.available_on : terms.merchantNow,
    description: isKept ? 'Processor fee' : 'Processor fee given back',
    links: { payment_intent: due.payment_intent, of_balance_transaction: due.movement },
    requestId: `req_${terms.id}`,
  })
}
