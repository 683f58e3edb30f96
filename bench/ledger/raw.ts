// The limit: the ledger's own insert of whole batches, into its tables without their checks (raw.sql).
import { hash } from 'node:crypto'
import { createIds, systemClock } from '@micro/kernel'
import type { Database } from '@micro/postgres'
import { laneOf } from '../../services/ledger/src/books/lane.ts'
import { insertTransactions, type Recording } from '../../services/ledger/src/posting/posting.store.ts'
import { amount, inProcess, type Load, type Row } from './row.ts'
import type { Places } from './scenarios.ts'

/** Transactions of one statement and commit; as many as fly together in the engine. */
const batch = 1_000

/** `db` has one connection: its next batch is made while it is busy with the last. */
export const rawRow = (options: { db: Database; merchants: readonly string[]; places: Places }): Row => {
  const { db, merchants, places } = options
  const newId = createIds({ clock: systemClock })
  const lanes = merchants.map((merchant) => laneOf({ merchant, mode: 'test' }))
  const seqs = merchants.map(() => 0n)

  const recording = ({ draw, series }: Load): Recording => {
    const { book, source, target } = draw()
    const seq = (seqs[book] ?? 0n) + 1n
    seqs[book] = seq
    const number = (account: number): bigint => BigInt(book * places.accounts + account + 1)
    const write = (account: number, moved: bigint) => {
      return {
        account: number(account),
        amount: moved,
        layer: 'posted' as const,
        balanceAfter: moved * seq,
        accountVersion: seq,
      }
    }
    const reference = series.next()
    const now = systemClock.now()
    // As long and as random as the real ones.
    const digest = hash('sha256', reference, 'buffer')
    return {
      lane: lanes[book] ?? 0,
      book: BigInt(book + 1),
      transaction: {
        id: newId('ledger_transaction'),
        mode: 'test',
        kind: 'post',
        parent: null,
        reversedBy: null,
        expiresAt: null,
        seq,
        reference,
        description: null,
        currency: 'usd',
        metadata: {},
        entries: [],
        createdAt: now,
        effectiveAt: now,
        hash: digest,
        fingerprint: digest,
      },
      salt: null,
      contentHash: digest,
      entries: [write(source, -amount), write(target, amount)],
    }
  }

  return inProcess({
    way: 'raw',
    callers: 2,
    size: batch,
    places,
    call: (load) =>
      insertTransactions(
        db.sql,
        Array.from({ length: batch }, () => recording(load)),
      ),
  })
}
