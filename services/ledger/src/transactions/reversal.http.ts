import type { ledgerApi } from '@micro/contracts'
import { Fault, fromUnixSeconds } from '@micro/kernel'
import type { Database } from '@micro/postgres'
import { reply, type Handlers } from '@micro/service'
import { findParentPlace } from '../posting/parent.store.ts'
import type { Post } from '../posting/index.ts'
import { refuseReservedReference } from './reserved.ts'
import { transactionToWire } from './transaction.ts'

type ReversalHandlers = Pick<Handlers<typeof ledgerApi>, 'reverseLedgerTransaction'>

export const reversalHandlers = ({ db, post }: { db: Database; post: Post }): ReversalHandlers => ({
  async reverseLedgerTransaction({ principal, params: { id }, body }) {
    refuseReservedReference(body.reference_id)
    const { merchant, mode } = principal
    const parent = await findParentPlace(db.sql, principal, id)
    if (parent === undefined) throw new Fault('resource_missing', { param: 'id', resource: 'ledger transaction', id })
    const { replayed, transaction } = await post({
      book: { merchant, mode },
      reference: body.reference_id ?? `reversal:${id}`,
      description: body.description ?? null,
      metadata: body.metadata ?? {},
      entries: [],
      effectiveAt: body.effective_at === undefined ? undefined : fromUnixSeconds(body.effective_at),
      action: { kind: 'reversal', parent },
    })
    return reply(replayed ? 200 : 201, transactionToWire(transaction))
  },
})
