import { Fault } from '@micro/kernel'
import type { PlannedEntry } from '../transactions/entries.ts'
import { isSystemReference } from '../transactions/transaction.ts'
import type { ParentState } from './parent.ts'

/** Why a transaction can never be reversed; undefined for one that can. */
const irreversible = ({ transaction: { kind, reference } }: ParentState): string | undefined => {
  if (isSystemReference(reference)) return "it is Micro's own"
  if (kind === 'reversal') return 'it is a reversal itself; record the original again instead'
  if (kind === 'hold') return 'it is a hold; release it instead'
  if (kind === 'release' || kind === 'expire') return 'it gives back a hold and posts nothing'
  return undefined
}

/**
 * The opposite of all that the transaction posted, in its order.
 * @throws Fault transaction_not_reversible, transaction_already_reversed
 */
export const reversalEntries = (original: ParentState): PlannedEntry[] => {
  const { id, entries } = original.transaction
  const reason = irreversible(original)
  if (reason !== undefined) throw new Fault('transaction_not_reversible', { param: 'id', transaction: id, reason })
  if (original.reversedBy !== null)
    throw new Fault('transaction_already_reversed', { param: 'id', transaction: id, reversal: original.reversedBy })
  return entries.flatMap(({ account, amount, layer }) => (layer === 'posted' ? [{ account, amount: -amount }] : []))
}
