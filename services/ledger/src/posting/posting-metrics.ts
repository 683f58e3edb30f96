import { Fault, monotonicMs } from '@micro/kernel'
import type { Metrics } from '@micro/service'
import type { PostResult } from './posting.ts'

/** Counts postings and what became of them. */
export const createPostingMetrics = (metrics: Metrics, { waiting }: { waiting: () => number }) => {
  const took = metrics.histogram({
    name: 'micro_posting_duration_seconds',
    help: 'Postings to the ledger with their wait for a flight. refused: the caller was told why; failed: to be tried again.',
    labels: ['outcome'],
  })
  const fault = metrics.counter({
    name: 'micro_posting_faults_total',
    help: 'Postings that ended with a fault, by its code.',
    labels: ['code'],
  })
  metrics.gauge({ name: 'micro_postings_waiting', help: 'Postings waiting for the next flight.' }, waiting)

  return async (work: () => Promise<PostResult>): Promise<PostResult> => {
    const beganMs = monotonicMs()
    const finished = (outcome: string): void => took({ outcome }, (monotonicMs() - beganMs) / 1_000)
    try {
      const result = await work()
      finished(result.replayed ? 'replayed' : 'recorded')
      return result
    } catch (error) {
      finished(error instanceof Fault && error.spec.status < 500 && !error.spec.retryable ? 'refused' : 'failed')
      fault({ code: error instanceof Fault ? error.code : 'internal' })
      throw error
    }
  }
}
