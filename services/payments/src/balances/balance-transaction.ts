import type { BalanceTransaction } from '@micro/contracts'
import { assert, unixSeconds } from '@micro/kernel'
import { isShown, shownKinds, type ShownKind } from '../movements/kinds.ts'
import type { Movement } from '../movements/movement.ts'

/** Whether some text can be a balance transaction's id at all. */
export const isBalanceTransactionId = (text: string): boolean => /^txn_[0-9A-Za-z]{1,64}$/.test(text)

/** The kinds of movement that are shown, of one of Stripe's types; all of them without one. */
export const kindsOf = (type: BalanceTransaction['type'] | undefined): ShownKind[] =>
  (Object.keys(shownKinds) as ShownKind[]).filter((kind) => type === undefined || shownKinds[kind].type === type)

const feeNames: Partial<Record<ShownKind, string>> = { charge: 'Micro processing fees', dispute: 'Dispute fee' }

/** A movement, and what its processor told it kept of it. */
export interface ShownMovement extends Movement {
  /** In minor units; undefined where nobody asked. */
  readonly processor_fee?: bigint | null
}

/** A movement as the API shows it. */
export const balanceTransactionToWire = (movement: ShownMovement, merchantNow: Date): BalanceTransaction => {
  const { kind, currency, fee, processor_fee: kept = null } = movement
  assert(isShown(kind), `movement ${movement.id} is Micro's own affair`)
  const { type, category } = shownKinds[kind]
  return {
    id: movement.id,
    object: 'balance_transaction',
    amount: Number(movement.amount),
    available_on: unixSeconds(movement.available_on),
    balance_type: 'payments',
    created: unixSeconds(movement.created_at),
    currency,
    description: movement.description,
    exchange_rate: null,
    fee: Number(fee),
    fee_details:
      fee === 0n
        ? []
        : [
            {
              amount: Number(fee),
              application: null,
              currency,
              description: feeNames[kind] ?? null,
              type: 'stripe_fee',
            },
          ],
    net: Number(movement.net),
    processor_fee: kept === null ? null : Number(kept),
    reporting_category: category,
    source: movement.source,
    status: movement.available_on > merchantNow ? 'pending' : 'available',
    type,
  }
}
