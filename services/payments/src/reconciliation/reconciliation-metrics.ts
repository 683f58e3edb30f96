import { differenceKinds } from '@micro/contracts'
import type { Database } from '@micro/postgres'
import type { Metrics } from '@micro/service'
import { findLastEnd, measureReconciliations } from './difference.store.ts'
import { countLinesOfNobody } from './settlement.store.ts'

/** Tells what does not agree, of all merchants. Every replica tells the same. */
export const watchReconciliations = ({ db, metrics }: { db: Database; metrics: Metrics }): void => {
  metrics.gauge(
    {
      name: 'micro_reconciliation_differences',
      help: 'Differences that the newest reconciliation of each merchant and mode found.',
      labels: ['kind'],
    },
    async () => {
      const found = new Map((await measureReconciliations(db.sql)).map(({ kind, count }) => [kind, Number(count)]))
      return Object.keys(differenceKinds).map((kind) => ({ labels: { kind }, value: found.get(kind) ?? 0 }))
    },
  )
  metrics.gauge(
    {
      name: 'micro_reconciliation_age_seconds',
      help: 'How long ago the newest reconciliation ended; -1 before there was one.',
    },
    async () => (await findLastEnd(db.sql)) ?? -1,
  )
  metrics.gauge(
    {
      name: 'micro_settlement_lines_of_nobody',
      help: 'Lines of processors for charges that no merchant has; counted up to 10,000.',
    },
    () => countLinesOfNobody(db.sql),
  )
}
