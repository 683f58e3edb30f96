import type { AccountName } from './chart.ts'

interface Shown {
  /** What it does to the merchant's balance. */
  readonly sign: 1n | -1n
  /** Where the amount comes from, or goes to. */
  readonly against: AccountName
  /** Stripe's names for it. */
  readonly type:
    | 'charge'
    | 'refund'
    | 'refund_failure'
    | 'adjustment'
    | 'payout'
    | 'payout_failure'
    | 'payout_cancel'
    | 'stripe_fee'
  readonly category: string
}

interface Internal {
  readonly debit: AccountName
  readonly credit: AccountName
}

/** What moves a merchant's balance, and is shown as a balance transaction. */
export const shownKinds = {
  charge: { sign: 1n, against: 'processor_receivable', type: 'charge', category: 'charge' },
  refund: { sign: -1n, against: 'processor_receivable', type: 'refund', category: 'refund' },
  refund_failure: { sign: 1n, against: 'processor_receivable', type: 'refund_failure', category: 'refund_failure' },
  dispute: { sign: -1n, against: 'dispute_reserve', type: 'adjustment', category: 'dispute' },
  dispute_reversal: { sign: 1n, against: 'dispute_reserve', type: 'adjustment', category: 'dispute_reversal' },
  payout: { sign: -1n, against: 'payouts_in_transit', type: 'payout', category: 'payout' },
  payout_failure: { sign: 1n, against: 'payouts_in_transit', type: 'payout_failure', category: 'payout_reversal' },
  payout_cancel: { sign: 1n, against: 'payouts_in_transit', type: 'payout_cancel', category: 'payout_reversal' },
  stripe_fee: { sign: -1n, against: 'fee_revenue', type: 'stripe_fee', category: 'fee' },
  // What the processor kept, as it tells: less to come from it, and less for the merchant, whose account there it is.
  processor_fee: { sign: -1n, against: 'processor_receivable', type: 'stripe_fee', category: 'fee' },
  processor_fee_return: { sign: 1n, against: 'processor_receivable', type: 'stripe_fee', category: 'fee' },
} as const satisfies Record<string, Shown>

/** What moves between Micro's own accounts alone, and is shown in the ledger only. */
export const internalKinds = {
  authorisation: { debit: 'authorisations', credit: 'authorisations_contra' },
  authorisation_release: { debit: 'authorisations_contra', credit: 'authorisations' },
  dispute_lost: { debit: 'dispute_reserve', credit: 'processor_receivable' },
  /** What had arrived comes back. */
  payout_return: { debit: 'processor_receivable', credit: 'payouts_in_transit' },
  payout_paid: { debit: 'payouts_in_transit', credit: 'processor_receivable' },
} as const satisfies Record<string, Internal>

export type ShownKind = keyof typeof shownKinds
export type InternalKind = keyof typeof internalKinds
export type MovementKind = ShownKind | InternalKind

export const isShown = (kind: MovementKind): kind is ShownKind => Object.hasOwn(shownKinds, kind)
