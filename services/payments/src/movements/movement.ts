import type { Tenant } from '@micro/contracts'
import { addMs, assert, fromUnixSeconds, unixSeconds } from '@micro/kernel'
import { isShown, shownKinds, type MovementKind } from './kinds.ts'

/** One movement of money, as its row has it: what is to be, or is, one ledger transaction. Amounts in minor units. */
export interface Movement extends Tenant {
  /** `txn_…`: of a kind that is shown, the balance transaction's id. */
  readonly id: string
  readonly kind: MovementKind
  /** The object that moves the money: a charge, a refund, a dispute, a payout. */
  readonly source: string
  readonly charge: string | null
  /** As the merchant's balance has it: negative when it leaves. */
  readonly amount: bigint
  readonly fee: bigint
  /** What the balance changes by; 0 of internal kinds. */
  readonly net: bigint
  readonly currency: string
  readonly available_on: Date
  readonly description: string | null
  readonly metadata: Readonly<Record<string, string>>
  readonly effective_at: Date | null
  readonly request_id: string
  /** By the merchant's clock. */
  readonly created_at: Date
  /** By the real one. */
  readonly recorded_at: Date
  readonly posting: 'due' | 'done'
  readonly posting_attempts: number
  readonly posting_after: Date | null
  readonly ledger_transaction: string | null
}

/** What whoever moves money decides of it. */
export interface NewMovement extends Tenant {
  readonly id: string
  readonly kind: MovementKind
  readonly source: string
  readonly charge?: string | null
  /** How much moves, always positive; its direction is the kind's. */
  readonly amount: bigint
  /** What Micro keeps, default 0n. Of a dispute it comes on top of the amount. */
  readonly fee?: bigint
  readonly currency: string
  /** Default: at once. */
  readonly availableOn?: Date
  readonly description?: string | null
  /** Ids of other objects it has to do with, which the ledger transaction then names, e.g. `{ payment_intent }`. */
  readonly links?: Readonly<Record<string, string>>
  readonly requestId: string
  /** The merchant's time. */
  readonly merchantNow: Date
  /** The real time, from which on whoever records it has `postingLeaseMs` to post it before the worker does. */
  readonly now: Date
  readonly postingLeaseMs: number
}

export const newMovement = (given: NewMovement): Movement => {
  const { kind, amount, fee = 0n, charge = null } = given
  assert(amount > 0n, `movement ${given.id} moves nothing`)
  assert(fee >= 0n, `movement ${given.id} has a negative fee`)
  const signed = isShown(kind) ? shownKinds[kind].sign * amount : amount
  return {
    id: given.id,
    merchant: given.merchant,
    mode: given.mode,
    kind,
    source: given.source,
    charge,
    amount: signed,
    fee,
    net: isShown(kind) ? signed - fee : 0n,
    currency: given.currency,
    available_on: given.availableOn ?? given.merchantNow,
    description: given.description ?? null,
    metadata: { balance_transaction: given.id, ...(charge === null ? {} : { charge }), ...given.links },
    // The ledger has whole seconds.
    effective_at: fromUnixSeconds(unixSeconds(given.merchantNow)),
    request_id: given.requestId,
    created_at: given.merchantNow,
    recorded_at: given.now,
    posting: 'due',
    posting_attempts: 0,
    posting_after: addMs(given.now, given.postingLeaseMs),
    ledger_transaction: null,
  }
}

const daySeconds = 24 * 60 * 60

/** When money of a charge is the merchant's to pay out: so many days later, at midnight UTC. */
export const settlesOn = (merchantNow: Date, days: number): Date =>
  fromUnixSeconds((Math.floor(unixSeconds(merchantNow) / daySeconds) + days) * daySeconds)
