import { monotonicMs } from '@micro/kernel'
import type { Database } from '@micro/postgres'
import type { Metrics, Traces } from '@micro/service'
import type { Processor, Processors } from '../processors/processor.ts'
import { measureCharges } from './charge.store.ts'

/** Counts charges by what became of them; `unknown` is tried again, so one charge may count there several times. */
export const createChargeMetrics = (metrics: Metrics) => {
  const count = metrics.counter({
    name: 'micro_charges_total',
    help: 'Charges succeeded, declined, or left unknown for the completer.',
    labels: ['mode', 'outcome'],
  })
  return (mode: string, outcome: 'succeeded' | 'declined' | 'unknown'): void => count({ mode, outcome })
}

/** Tells what waits in the database, of all merchants. Every replica tells the same. */
export const watchCharges = ({ db, metrics }: { db: Database; metrics: Metrics }): void => {
  metrics.gauge(
    {
      name: 'micro_charges_waiting',
      help: 'Charges waiting for the ledger (unposted) or for their result (pending); counted up to 10,000.',
      labels: ['for'],
    },
    async () => {
      const { unposted, pending } = await measureCharges(db.sql)
      return [
        { labels: { for: 'ledger' }, value: unposted.count },
        { labels: { for: 'result' }, value: pending.count },
      ]
    },
  )
  metrics.gauge(
    {
      name: 'micro_charges_waiting_oldest_age_seconds',
      help: 'How long the oldest of them has been waiting; 0 when none is.',
      labels: ['for'],
    },
    async () => {
      const { unposted, pending } = await measureCharges(db.sql)
      return [
        { labels: { for: 'ledger' }, value: unposted.oldestSeconds },
        { labels: { for: 'result' }, value: pending.oldestSeconds },
      ]
    },
  )
}

const watchedProcessor = (processor: Processor, metrics: Metrics, traces: Traces, mode: string): Processor => {
  const took = metrics.histogram({
    name: 'micro_processor_duration_seconds',
    help: 'Calls of the processor; failed: it did not answer, so the result is unknown.',
    labels: ['mode', 'call', 'outcome'],
  })
  const watch = async <T>(call: 'charge' | 'find', work: () => Promise<T>): Promise<T> => {
    const beganMs = monotonicMs()
    let outcome = 'failed'
    try {
      const result = await traces.step(`processor ${call}`, { kind: 'client', facts: { 'micro.mode': mode } }, work)
      outcome = 'answered'
      return result
    } finally {
      took({ mode, call, outcome }, (monotonicMs() - beganMs) / 1_000)
    }
  }
  return {
    charge: (request, signal) => watch('charge', () => processor.charge(request, signal)),
    find: (chargeId, signal) => watch('find', () => processor.find(chargeId, signal)),
  }
}

/** The same processors, counted and traced. */
export const watchedProcessors = (
  { test, live }: Processors,
  { metrics, traces }: { metrics: Metrics; traces: Traces },
): Processors => ({
  test: watchedProcessor(test, metrics, traces, 'test'),
  live: live && watchedProcessor(live, metrics, traces, 'live'),
})
