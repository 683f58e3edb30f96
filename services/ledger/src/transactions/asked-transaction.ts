import type { BulkTransaction } from '@micro/contracts'
import { fromUnixSeconds } from '@micro/kernel'
import type { PostRequest } from '../posting/posting.ts'
import { normaliseEntries } from './entries.ts'

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
