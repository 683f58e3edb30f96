import type { Database } from '@micro/postgres'
import type { Metrics } from '@micro/service'
import { measureMovements } from './movement.store.ts'

/** Tells what waits for the ledger, of all merchants. Every replica tells the same. */
export const watchMovements = ({ db, metrics }: { db: Database; metrics: Metrics }): void => {
  metrics.gauge(
    {
      name: 'micro_movements_waiting',
      help: 'Movements of money that the ledger has not confirmed yet; counted up to 10,000.',
    },
    async () => (await measureMovements(db.sql)).count,
  )
  metrics.gauge(
    {
      name: 'micro_movements_waiting_oldest_age_seconds',
      help: 'How long the oldest of them has been waiting; 0 when none is.',
    },
    async () => (await measureMovements(db.sql)).oldestSeconds,
  )
}
