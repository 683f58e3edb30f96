import type { Refund as WireRefund, RefundReason, RefundStatus, Tenant } from '@micro/contracts'
import { assert, Fault, unixSeconds } from '@micro/kernel'
import type { RefundOutcome } from '../processors/refunding.ts'

/** A refund as its row has it. Amounts in minor units. */
export interface Refund extends Tenant {
  readonly id: string
  readonly charge: string
  readonly payment_intent: string
  readonly customer: string | null
  readonly payment_method: string
  readonly amount: bigint
  readonly currency: string
  readonly reason: RefundReason | null
  readonly metadata: Record<string, string>
  readonly status: RefundStatus
  /** The processor's own id: from then on it has the refund, and the money is on its way. */
  readonly processor_id: string | null
  readonly failure_reason: string | null
  readonly balance_transaction: string | null
  readonly failure_balance_transaction: string | null
  readonly request_id: string
  readonly idempotency_key: string | null
  /** The status a success is answered with: 201 on the original surface. */
  readonly answer_status: number
  /** Of a pending one: until then somebody is at work on it; afterwards the completer takes over. */
  readonly leased_until: Date
  readonly created_at: Date
  readonly settled_at: Date | null
}

/**
 * What the processor may say of a refund, by what it is: null is refused, as what cannot be. A success may still fail
 * days later, when the customer's bank sends the money back; nothing else that has ended changes.
 */
export const NEXT = {
  pending: { pending: 'pending', succeeded: 'succeeded', failed: 'failed', canceled: 'canceled' },
  succeeded: { pending: null, succeeded: null, failed: 'failed', canceled: null },
  failed: { pending: null, succeeded: null, failed: null, canceled: null },
  canceled: { pending: null, succeeded: null, failed: null, canceled: null },
} as const satisfies Record<RefundStatus, Record<RefundOutcome['kind'], RefundStatus | null>>

/** What its caller decides of a new refund. */
export type NewRefund = Pick<
  Refund,
  | 'id'
  | 'amount'
  | 'reason'
  | 'metadata'
  | 'request_id'
  | 'idempotency_key'
  | 'answer_status'
  | 'created_at'
  | 'leased_until'
>

/** What a refund takes from its charge. */
export type RefundedCharge = Pick<
  Refund,
  'merchant' | 'mode' | 'payment_intent' | 'customer' | 'payment_method' | 'currency'
> & { readonly id: string }

export const pendingRefund = (charge: RefundedCharge, given: NewRefund): Refund => ({
  merchant: charge.merchant,
  mode: charge.mode,
  charge: charge.id,
  payment_intent: charge.payment_intent,
  customer: charge.customer,
  payment_method: charge.payment_method,
  currency: charge.currency,
  status: 'pending',
  processor_id: null,
  failure_reason: null,
  balance_transaction: null,
  failure_balance_transaction: null,
  settled_at: null,
  ...given,
})

/**
 * A processor's word applied to a refund. Undefined when it changes nothing: it was told before, or came too late.
 * `taken` and `given_back` are new balance transactions' ids, used where money moves.
 */
export const applyOutcome = (
  refund: Refund,
  outcome: RefundOutcome,
  { now, ids, nextLookUp }: { now: Date; ids: { taken: string; givenBack: string }; nextLookUp: Date },
): Refund | undefined => {
  const status = NEXT[refund.status][outcome.kind]
  if (status === null) return undefined
  const processorId = outcome.processorId ?? refund.processor_id
  // Told again that it is pending.
  if (status === 'pending' && refund.processor_id !== null) return undefined
  const moves = status === 'pending' || status === 'succeeded'
  const taken = refund.balance_transaction ?? (moves ? ids.taken : null)
  return {
    ...refund,
    status,
    processor_id: processorId,
    failure_reason:
      outcome.kind === 'failed' ? outcome.reason : outcome.kind === 'canceled' ? 'merchant_request' : null,
    balance_transaction: taken,
    failure_balance_transaction: !moves && taken !== null ? ids.givenBack : null,
    leased_until: status === 'pending' ? nextLookUp : refund.leased_until,
    settled_at: status === 'pending' ? null : now,
  }
}

/** @throws Fault lock_timeout while its first result is awaited, refund_unexpected_state */
export const checkCancelable = (refund: Refund): void => {
  if (refund.status !== 'pending') throw new Fault('refund_unexpected_state', { status: refund.status })
  if (refund.processor_id === null) throw new Fault('lock_timeout')
}

const optional = <N extends string, T>(name: N, value: T | null): Partial<Record<N, T>> =>
  (value === null ? {} : { [name]: value }) as Partial<Record<N, T>>

/** The refund as the API and the events show it; the members stand in the contract's order, those that may be missing last. */
export const refundToWire = (refund: Refund): WireRefund => {
  assert(refund.amount > 0n, `refund ${refund.id} is of nothing`)
  return {
    id: refund.id,
    object: 'refund',
    amount: Number(refund.amount),
    balance_transaction: refund.balance_transaction,
    charge: refund.charge,
    created: unixSeconds(refund.created_at),
    currency: refund.currency,
    customer: refund.customer,
    customer_account: null,
    destination_details: {
      card: {
        reference_status: 'pending',
        reference_type: 'acquirer_reference_number',
        type: refund.status === 'pending' ? 'pending' : 'refund',
      },
      type: 'card',
    },
    metadata: refund.metadata,
    payment_intent: refund.payment_intent,
    payment_method: refund.payment_method,
    reason: refund.reason,
    receipt_number: null,
    source_transfer_reversal: null,
    status: refund.status,
    transfer_reversal: null,
    ...optional('failure_balance_transaction', refund.failure_balance_transaction),
    ...optional('failure_reason', refund.failure_reason),
    ...(refund.status === 'pending' ? { pending_reason: 'processing' as const } : {}),
  }
}
