import { Fault, monotonicMs } from '@micro/kernel'
import type { Metrics } from '@micro/service'
import { isRefusal, type Outcome } from './ticket.ts'

const sizeBuckets = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000]

/** Counts flights, how many postings each took and how long it was under way. */
export const createFlightMetrics = (metrics: Metrics) => {
  const took = metrics.histogram({
    name: 'micro_posting_flight_duration_seconds',
    help: 'Flights, from their first statement to the commit. failed: nothing is recorded, or nobody knows yet; it is tried again.',
    labels: ['outcome'],
  })
  const size = metrics.histogram({
    name: 'micro_posting_flight_postings',
    help: 'Postings that shared one flight, and so its locks, statements and commit.',
    buckets: sizeBuckets,
  })

  return async <T>(postings: number, work: () => Promise<T>): Promise<T> => {
    const beganMs = monotonicMs()
    const finished = (outcome: string): void => took({ outcome }, (monotonicMs() - beganMs) / 1_000)
    size({}, postings)
    try {
      const result = await work()
      finished('landed')
      return result
    } catch (error) {
      finished('failed')
      throw error
    }
  }
}

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

  return async (postings: number, work: () => Promise<Outcome>): Promise<Outcome> => {
    const beganMs = monotonicMs()
    const finished = (outcome: string): void => took({ outcome }, (monotonicMs() - beganMs) / 1_000)
    const ended = (error: unknown): void => {
      const told = error instanceof Fault && error.spec.status < 500 && !error.spec.retryable ? 'refused' : 'failed'
      for (let at = 0; at < postings; at++) finished(told)
      fault({ code: error instanceof Fault ? error.code : 'internal' })
    }
    try {
      const outcome = await work()
      if (isRefusal(outcome)) ended(outcome.fault)
      else for (const { replayed } of outcome) finished(replayed ? 'replayed' : 'recorded')
      return outcome
    } catch (error) {
      ended(error)
      throw error
    }
  }
}
