import type { DifferenceKind } from '@micro/contracts'

/** Something that does not agree. Amounts in minor units, as the merchant's balance has them: negative when it leaves. */
export interface Difference {
  readonly kind: DifferenceKind
  /** The charge, refund, dispute or payout it is about. */
  readonly object: string | null
  readonly charge: string | null
  readonly balance_transaction: string | null
  readonly processor_id: string | null
  /** The ledger's name of it. */
  readonly reference: string | null
  readonly currency: string | null
  readonly amount_here: bigint | null
  readonly amount_there: bigint | null
  readonly detail: string | null
  /** When what differs happened, from which on its age counts. */
  readonly since: Date
}

const nothing = {
  object: null,
  charge: null,
  balance_transaction: null,
  processor_id: null,
  reference: null,
  currency: null,
  amount_here: null,
  amount_there: null,
  detail: null,
} as const

export const difference = (
  kind: DifferenceKind,
  given: Partial<Difference> & Pick<Difference, 'since'>,
): Difference => ({ ...nothing, ...given, kind })

/** When it is compared, and how long one side may know of something before the other, in ms. */
export interface Terms {
  readonly now: Date
  readonly graceMs: number
}

/** Whether the other side may still be about to tell. */
export const isFresh = (since: Date, { now, graceMs }: Terms): boolean => now.getTime() - since.getTime() < graceMs
