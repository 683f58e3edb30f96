import type { MovementKind } from '../movements/kinds.ts'
import type { ToldPayout } from '../processors/telling.ts'
import { cancelPayout, endPayout, submitPayout, type Payout } from './payout.ts'

/** One step of a payout that its processor made and told of. */
export interface ToldStep {
  readonly payout: Payout
  /** What is told of it, as it is after the step. */
  readonly type: 'payout.updated' | 'payout.paid' | 'payout.failed' | 'payout.canceled'
  /** What it moves, in this order. */
  readonly moves: readonly { readonly kind: MovementKind; readonly id: string }[]
}

const failed = (payout: Payout, { refusal }: ToldPayout, newMovementId: () => string): ToldStep => {
  const id = newMovementId()
  // A bank may send back what had arrived: then it is on its way again first.
  const back = payout.status === 'paid' ? [{ kind: 'payout_return', id: newMovementId() } as const] : []
  const after = endPayout(payout, refusal ?? { code: 'declined', message: 'The bank did not take the payout.' }, id)
  return {
    payout: after,
    type: 'payout.failed',
    moves: [...back, { kind: 'payout_failure', id }],
  }
}

/** What comes next for it to stand as its processor says; undefined: it does, or what is said is older than what is known. */
export const nextToldStep = (payout: Payout, told: ToldPayout, newMovementId: () => string): ToldStep | undefined => {
  const { status } = payout
  if (status === told.status || status === 'failed' || status === 'canceled') return undefined
  if (status === 'paid') return told.status === 'failed' ? failed(payout, told, newMovementId) : undefined
  const id = newMovementId()
  if (status === 'pending' && told.status === 'canceled') {
    return { payout: cancelPayout(payout, id), type: 'payout.canceled', moves: [{ kind: 'payout_cancel', id }] }
  }
  if (status === 'pending') {
    return { payout: { ...submitPayout(payout), due_at: null }, type: 'payout.updated', moves: [] }
  }
  if (told.status === 'failed') return failed(payout, told, newMovementId)
  if (told.status !== 'paid') return undefined
  return { payout: endPayout(payout, 'arrives', id), type: 'payout.paid', moves: [{ kind: 'payout_paid', id }] }
}
