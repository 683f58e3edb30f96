import type { ledgerApi } from '@micro/contracts'
import { assert, Fault, type Clock } from '@micro/kernel'
import type { Database } from '@micro/postgres'
import type { Handlers } from '@micro/service'
import type { BookKey } from '../books/book.ts'
import { isSystemReference, transactionToWire, type Transaction } from '../transactions/transaction.ts'
import { findSeqById, loadTransactions } from '../transactions/transaction.store.ts'
import { eraseText } from './erasure.store.ts'

type ErasureHandlers = Pick<Handlers<typeof ledgerApi>, 'eraseLedgerTransaction'>

export const erasureHandlers = ({ db, clock }: { db: Database; clock: Clock }): ErasureHandlers => {
  const load = async (book: BookKey, seq: bigint): Promise<Transaction> => {
    const [transaction] = await loadTransactions(db.sql, book, [seq])
    assert(transaction !== undefined, `transaction ${seq} was found and cannot be read`)
    return transaction
  }

  return {
    async eraseLedgerTransaction({ principal, params, body, requestId }) {
      const seq = await findSeqById(db.sql, principal, params.id)
      if (seq === undefined)
        throw new Fault('resource_missing', { param: 'id', resource: 'ledger transaction', id: params.id })
      const transaction = await load(principal, seq)
      if (isSystemReference(transaction.reference)) throw new Fault('reference_reserved', { param: 'id' })
      const by = principal.keyId ?? principal.user ?? null
      await eraseText(db.sql, principal, seq, { reason: body.reason, by, requestId, at: clock.now() })
      return transactionToWire(await load(principal, seq))
    },
  }
}
