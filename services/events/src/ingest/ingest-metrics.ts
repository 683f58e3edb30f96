import { unixSeconds, type Clock } from '@micro/kernel'
import type { Metrics } from '@micro/service'

/** Seconds, since an event says no more of its time. */
const lagBuckets = [1, 2, 3, 5, 10, 30, 60, 300, 900, 3_600]

/** Counts what one outbox's ingest does. */
export const createIngestMetrics = ({ metrics, clock, source }: { metrics: Metrics; clock: Clock; source: string }) => {
  const rows = metrics.counter({
    name: 'micro_ingest_events_total',
    help: 'Events taken from an outbox: stored, repeated (stored before), or put aside since they cannot be.',
    labels: ['source', 'outcome'],
  })
  const lag = metrics.histogram({
    name: 'micro_ingest_lag_seconds',
    help: 'From an event to its being stored, in whole seconds.',
    labels: ['source'],
    buckets: lagBuckets,
  })
  return {
    stored(created: number): void {
      rows({ source, outcome: 'stored' })
      lag({ source }, Math.max(0, unixSeconds(clock.now()) - created))
    },
    repeated: (count: number) => rows({ source, outcome: 'repeated' }, count),
    putAside: (count: number) => rows({ source, outcome: 'put_aside' }, count),
  }
}
