import type { Clock } from '@micro/kernel'
import type { Database } from '@micro/postgres'
import type { ProcessorNews, ReportSource } from './reporting.ts'
import { acknowledgeReports, dueReports, type KeptNews } from './simulator-reports.store.ts'

// JSON has no bigint: amounts are kept as text.
const told = (kept: KeptNews): ProcessorNews => {
  const { dispute } = kept
  if (kept.kind !== 'dispute_opened') return kept as ProcessorNews
  return {
    ...kept,
    dispute: { ...(dispute as object), amount: BigInt((dispute as { amount: string }).amount) },
  } as ProcessorNews
}

export const simulatedReports = ({ db, clock }: { db: Database; clock: Clock }): ReportSource => ({
  read: async ({ limit, without }) =>
    (await dueReports(db.sql, { now: clock.now(), limit, without: without.map(BigInt) })).map(({ id, report }) => ({
      id: String(id),
      news: told(report),
    })),
  acknowledge: async (ids) => void (await acknowledgeReports(db.sql, ids.map(BigInt), clock.now())),
})
