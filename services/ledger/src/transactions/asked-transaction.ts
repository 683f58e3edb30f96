import type { BulkTransaction } from '@micro/contracts'
import { Fault, fromUnixSeconds } from '@micro/kernel'
import { isSystemAccount } from '../accounts/account.ts'
import type { PostRequest } from '../posting/posting.ts'
import { accountParam, normaliseEntries } from './entries.ts'
import { isSystemReference } from './transaction.ts'

/** A transaction as a caller writes it. */
export type AskedTransaction = Omit<BulkTransaction, 'group'>

/** @throws Fault of normaliseEntries */
export const contentOf = (asked: AskedTransaction): Omit<PostRequest, 'book'> => ({
  reference: asked.reference_id,
  description: asked.description ?? null,
  metadata: asked.metadata ?? {},
  entries: normaliseEntries(asked.entries),
  effectiveAt: asked.effective_at === undefined ? undefined : fromUnixSeconds(asked.effective_at),
})

/** What is Micro's own is not a merchant's to post. @throws Fault reference_reserved, account_reserved */
export const refuseReserved = ({ reference_id, entries }: AskedTransaction): void => {
  if (isSystemReference(reference_id)) throw new Fault('reference_reserved', { param: 'reference_id' })
  const at = entries.findIndex((entry) => isSystemAccount(entry.account_id))
  const reserved = entries[at]
  if (reserved !== undefined)
    throw new Fault('account_reserved', { param: accountParam(at), account: reserved.account_id })
}
