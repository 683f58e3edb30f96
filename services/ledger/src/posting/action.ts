import type { Deed } from '../transactions/fingerprint.ts'

/** What an action is about, found by whoever asks: it never changes, so it needs no lock. */
export interface ParentPlace {
  /** The id of the hold's transaction, or of the one to reverse. */
  readonly id: string
  readonly seq: bigint
  /** How many entries it comes to, and a tenth of those of what has followed it, which are only added up. */
  readonly weight: number
}

/** When a hold is given back: at a time, or so many seconds after it is recorded; never, unless given. */
export type Expiry = { readonly at: Date } | { readonly inSeconds: number }

/** What a request does beside posting its entries. */
export type Action =
  | { readonly kind: 'hold'; readonly expiry: Expiry | null }
  /** The request's entries, or an amount of a hold of two entries, or all that is left when there is neither. */
  | {
      readonly kind: 'capture'
      readonly parent: ParentPlace
      readonly amount: bigint | null
      /** Gives back the rest. */
      readonly final: boolean
    }
  | { readonly kind: 'release' | 'expire' | 'reversal'; readonly parent: ParentPlace }

/** What the action says, for the fingerprint of its request. */
export const deedOf = (action: Action): Deed => {
  if (action.kind === 'hold') {
    const { expiry } = action
    if (expiry === null) return [action.kind]
    return 'at' in expiry ? [action.kind, 'at', expiry.at.getTime()] : [action.kind, 'in', expiry.inSeconds]
  }
  const { kind, parent } = action
  return kind === 'capture'
    ? [kind, parent.id, action.amount === null ? null : String(action.amount), action.final]
    : [kind, parent.id]
}

/** The parent of a request's action, if it has one. */
export const parentOf = ({ action }: { readonly action?: Action | undefined }): ParentPlace | undefined =>
  action === undefined || action.kind === 'hold' ? undefined : action.parent

/** The reference by which Micro records that a hold expired; the database holds the same formula. */
export const expiryReference = (hold: string): string => `micro:hold_expired:${hold}`
