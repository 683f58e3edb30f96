import { assert } from '@micro/kernel'
import type { TransactionKind } from '@micro/contracts'
import { accountParam, amountParam, type AskedEntry, type PlannedEntry } from '../transactions/entries.ts'
import type { Action, ParentPlace } from './action.ts'
import { captureEntries, expiresAtOf, followHold, holdEntries, releaseEntries } from './hold.ts'
import type { ParentState } from './parent.ts'
import { reversalEntries } from './reversal.ts'
import type { BookState } from './state.ts'

/** What a refusal calls the request's parts. */
export interface Params {
  readonly account: (at: number) => string
  readonly amount: (at: number) => string
}

/** The transaction that a request comes to, before anything was judged by its accounts. */
export interface Plan {
  readonly kind: TransactionKind
  readonly parent: ParentState | null
  readonly expiresAt: Date | null
  readonly entries: readonly PlannedEntry[]
  readonly params: Params
}

const ofEntries: Params = { account: accountParam, amount: amountParam }
/** The entries follow from what the URL names. */
const ofParent: Params = { account: () => 'id', amount: () => 'id' }

const parentIn = ({ parents }: BookState, { id }: ParentPlace): ParentState => {
  const parent = parents.get(id)
  assert(parent !== undefined, `transaction ${id} was not loaded`)
  return parent
}

type Asked = { readonly entries: readonly AskedEntry[]; readonly action?: Action | undefined }

/**
 * @throws Fault parameter_invalid, hold_captured, hold_released, hold_expired, hold_exceeded, hold_captures_too_many,
 * transaction_not_reversible, transaction_already_reversed
 */
export const planOf = (state: BookState, { entries: asked, action }: Asked, createdAt: Date): Plan => {
  const none = { parent: null, expiresAt: null, params: ofEntries }
  if (action === undefined) return { ...none, kind: 'post', entries: asked }
  const { kind } = action
  if (kind === 'hold')
    return { ...none, kind, entries: holdEntries(asked), expiresAt: expiresAtOf(action.expiry, createdAt) }
  const parent = parentIn(state, action.parent)
  const follow = (entries: readonly PlannedEntry[], params = ofParent): Plan => ({
    ...none,
    kind,
    parent,
    entries,
    params,
  })
  if (kind === 'reversal') return follow(reversalEntries(parent))
  if (kind === 'capture')
    return follow(
      captureEntries(parent, { asked, amount: action.amount, final: action.final }, createdAt),
      asked.length > 0 ? ofEntries : ofParent,
    )
  return follow(releaseEntries(parent, kind, createdAt))
}

/** Moves the parent's state on by the transaction that was decided. */
export const followParent = ({ kind, parent, entries }: Plan, id: string): void => {
  if (parent === null) return
  if (kind === 'reversal') parent.reversedBy = id
  else if (kind === 'capture' || kind === 'release' || kind === 'expire') followHold(parent, kind, entries)
}
