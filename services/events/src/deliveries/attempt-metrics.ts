import type { Metrics } from '@micro/service'

const secondsBuckets = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]
const latenessBuckets = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60, 600]

/** Counts the requests made to webhook endpoints. */
export const createAttemptMetrics = (metrics: Metrics) => {
  const attempts = metrics.counter({
    name: 'micro_webhook_attempts_total',
    help: 'Requests to webhook endpoints: delivered, failed (to be tried again), given_up, or interrupted by a stop.',
    labels: ['outcome'],
  })
  const seconds = metrics.histogram({
    name: 'micro_webhook_attempt_seconds',
    help: 'How long webhook endpoints took to answer.',
    labels: ['outcome'],
    buckets: secondsBuckets,
  })
  const lateness = metrics.histogram({
    name: 'micro_webhook_lateness_seconds',
    help: 'From when the first request for a delivery was due to its beginning.',
    labels: [],
    buckets: latenessBuckets,
  })
  return {
    attempted(outcome: string, { durationMs }: { durationMs: number }): void {
      attempts({ outcome })
      seconds({ outcome }, durationMs / 1000)
    },
    late: (ms: number) => lateness({}, Math.max(0, ms) / 1000),
  }
}
