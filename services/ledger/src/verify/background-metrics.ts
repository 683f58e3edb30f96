import type { Database } from '@micro/postgres'
import type { Metrics } from '@micro/service'
import { countUnverified, countWrongBooks, type OwnWork } from './background.store.ts'

/** Tells how far the verification is behind, and whether it found anything. Resolves with what counts its work. */
export const createVerifierMetrics = ({ db, metrics }: { db: Database; metrics: Metrics }) => {
  metrics.gauge(
    { name: 'micro_ledger_unverified_transactions', help: 'Transactions recorded and not verified yet.' },
    () => countUnverified(db.sql),
  )
  metrics.gauge(
    { name: 'micro_ledger_wrong_books', help: 'Books in which the verification found something wrong.' },
    () => countWrongBooks(db.sql),
  )
  return metrics.counter<'work'>({
    name: 'micro_ledger_verified_transactions_total',
    help: 'Transactions derived anew: news as they come, or in passes over the whole of a book.',
    labels: ['work'],
  }) satisfies (labels: { work: OwnWork }, by?: number) => void
}
