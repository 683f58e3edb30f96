import type { Database } from '@micro/postgres'
import { measureOutbox } from '../outbox.store.ts'
import type { Metrics } from './metrics.ts'

/** Tells how far the events service is behind a service's outbox. Every replica tells the same. */
export const watchOutbox = ({
  db,
  metrics,
  measure = measureOutbox,
}: {
  db: Database
  metrics: Metrics
  /** Where the outbox is no table of that name alone. */
  measure?: typeof measureOutbox
}): void => {
  metrics.gauge(
    { name: 'micro_outbox_rows', help: 'Events not yet acknowledged by the events service; counted up to 10,000.' },
    async () => (await measure(db.sql)).rows,
  )
  metrics.gauge(
    { name: 'micro_outbox_oldest_age_seconds', help: 'Age of the oldest event not yet acknowledged; 0 when none is.' },
    async () => (await measure(db.sql)).oldestSeconds,
  )
}
