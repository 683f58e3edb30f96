import type { ledgerApi } from '@micro/contracts'
import { Fault, fromUnixSeconds } from '@micro/kernel'
import type { Database } from '@micro/postgres'
import type { Handlers } from '@micro/service'
import { readByReference, readStretch, type SystemTransaction } from './system-transaction.store.ts'

type SystemTransactionHandlers = Pick<Handlers<typeof ledgerApi>, 'readSystemTransactions'>

const toWire = ({ seq, recorded_at, entries, ...rest }: SystemTransaction) => ({
  ...rest,
  entries: [...entries],
  seq: Number(seq),
  recorded_at: Number(recorded_at),
})

/** What payments compare their movements with. */
export const systemTransactionHandlers = ({ db }: { db: Database }): SystemTransactionHandlers => ({
  async readSystemTransactions({ principal, body }) {
    if (principal.service !== 'payments') throw new Fault('permission_denied')
    const { merchant, mode, references, before_seq, recorded_since, limit = 250 } = body
    const book = { merchant, mode }
    if (references !== undefined) {
      const found = await readByReference(db.sql, book, references)
      return { transactions: found.map(toWire), next_before_seq: null }
    }
    const { rows, next } = await readStretch(db.sql, book, {
      before: before_seq === undefined ? null : BigInt(before_seq),
      since: fromUnixSeconds(recorded_since ?? 0),
      limit,
    })
    return { transactions: rows.map(toWire), next_before_seq: next === null ? null : Number(next) }
  },
})
