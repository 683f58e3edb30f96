import { monotonicMs } from '@micro/kernel'
import type { DatabaseObserver } from '@micro/postgres'
import type { Traces } from '../traces/traces.ts'
import type { Metrics } from './metrics.ts'

/** Counts and traces what a service does with its database. */
export const databaseObserver = ({ metrics, traces }: { metrics: Metrics; traces: Traces }): DatabaseObserver => {
  const acquire = metrics.histogram({
    name: 'micro_database_acquire_duration_seconds',
    help: 'How long callers waited for a connection; failed: none was free in time, or none could be made.',
    labels: ['outcome'],
  })
  const retry = metrics.counter({
    name: 'micro_database_transaction_retries_total',
    help: 'Database transactions run again, by reason.',
    labels: ['reason'],
  })
  const took = metrics.histogram({
    name: 'micro_database_transaction_duration_seconds',
    help: 'Database transactions from BEGIN to COMMIT or ROLLBACK, with the wait for a connection and all tries.',
    labels: ['outcome'],
  })

  const timed = async <T>(work: () => Promise<T>): Promise<T> => {
    const beganMs = monotonicMs()
    let outcome = 'failed'
    try {
      const value = await work()
      outcome = 'committed'
      return value
    } finally {
      took({ outcome }, (monotonicMs() - beganMs) / 1_000)
    }
  }

  return {
    opened(state) {
      metrics.gauge({ name: 'micro_database_connections', help: 'Connections of the pool.', labels: ['state'] }, () => {
        const { open, idle } = state()
        return [
          { labels: { state: 'idle' }, value: idle },
          { labels: { state: 'used' }, value: open - idle },
        ]
      })
      metrics.gauge(
        { name: 'micro_database_connections_max', help: 'Connections the pool may hold.' },
        () => state().max,
      )
      metrics.gauge(
        { name: 'micro_database_connections_awaited', help: 'Callers waiting for a connection.' },
        () => state().waiting,
      )
    },
    acquired: (ms, outcome) => acquire({ outcome }, ms / 1_000),
    retried: (reason) => retry({ reason }),
    transaction: (work) => traces.step('database transaction', { kind: 'client' }, () => timed(work)),
  }
}
