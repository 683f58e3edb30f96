import { monotonicMs } from '@micro/kernel'
import type { Database } from '@micro/postgres'
import type { Metrics, Traces } from '@micro/service'
import type { PageProcessor } from '../processors/paging.ts'
import type { Processor, Processors } from '../processors/processor.ts'
import { measurePendingCharges } from './charge.store.ts'

/** Counts charges by what became of them; `unknown` is tried again, so one charge may count there several times. */
export const createChargeMetrics = (metrics: Metrics) => {
  const count = metrics.counter({
    name: 'micro_charges_total',
    help: 'Charges succeeded, declined, or left unknown for the completer.',
    labels: ['mode', 'outcome'],
  })
  return (mode: string, outcome: 'succeeded' | 'declined' | 'unknown'): void => count({ mode, outcome })
}

/** Tells what waits for its result, of all merchants. Every replica tells the same. */
export const watchCharges = ({ db, metrics }: { db: Database; metrics: Metrics }): void => {
  metrics.gauge(
    { name: 'micro_charges_waiting', help: 'Charges whose result is not known yet; counted up to 10,000.' },
    async () => (await measurePendingCharges(db.sql)).count,
  )
  metrics.gauge(
    {
      name: 'micro_charges_waiting_oldest_age_seconds',
      help: 'How long the oldest of them has been waiting; 0 when none is.',
    },
    async () => (await measurePendingCharges(db.sql)).oldestSeconds,
  )
}

type Watch = <T>(call: string, work: () => Promise<T>) => Promise<T>

const createWatch = (metrics: Metrics, traces: Traces, mode: string): Watch => {
  const took = metrics.histogram({
    name: 'micro_processor_duration_seconds',
    help: 'Calls of the processor; failed: it did not answer, so the result is unknown.',
    labels: ['mode', 'call', 'outcome'],
  })
  return async (call, work) => {
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
}

const watchedProcessor = (processor: Processor, watch: Watch): Processor => {
  const { settlement, chargeWithin } = processor
  const within =
    (charge: NonNullable<Processor['chargeWithin']>): NonNullable<Processor['chargeWithin']> =>
    (request) => {
      const { outcome, write } = charge(request)
      return { outcome, write: (sql) => watch('charge', () => write(sql)) }
    }
  return {
    ...(chargeWithin === undefined ? {} : { chargeWithin: within(chargeWithin) }),
    charge: (request, signal) => watch('charge', () => processor.charge(request, signal)),
    find: (chargeId, signal) => watch('find', () => processor.find(chargeId, signal)),
    challenges: (request) => processor.challenges(request),
    capture: (request, signal) => watch('capture', () => processor.capture(request, signal)),
    findCapture: (chargeId, signal) => watch('find capture', () => processor.findCapture(chargeId, signal)),
    void: (chargeId, signal) => watch('void', () => processor.void(chargeId, signal)),
    verify: (paymentMethod, signal) => watch('verify', () => processor.verify(paymentMethod, signal)),
    refunds: {
      send: (request, signal) => watch('refund', () => processor.refunds.send(request, signal)),
      find: (refundId, signal) => watch('find_refund', () => processor.refunds.find(refundId, signal)),
      cancel: (refundId, signal) => watch('cancel_refund', () => processor.refunds.cancel(refundId, signal)),
    },
    disputes: {
      submit: (request, signal) => watch('submit_evidence', () => processor.disputes.submit(request, signal)),
      accept: (dispute, signal) => watch('accept_dispute', () => processor.disputes.accept(dispute, signal)),
    },
    reports: processor.reports,
    settlement: settlement && {
      read: (query, signal) => watch('read_settlement', () => settlement.read(query, signal)),
    },
  }
}

const watchedPages = (pages: PageProcessor, watch: Watch): PageProcessor => ({
  make: (request, signal) => watch('make_page', () => pages.make(request, signal)),
  find: (sent, signal) => watch('find_page', () => pages.find(sent, signal)),
  close: (sent, signal) => watch('close_page', () => pages.close(sent, signal)),
})

/** The same processors, counted and traced. */
export const watchedProcessors = (
  { test, live }: Processors,
  { metrics, traces }: { metrics: Metrics; traces: Traces },
): Processors => {
  const watch = createWatch(metrics, traces, 'live')
  return {
    test: watchedProcessor(test, createWatch(metrics, traces, 'test')),
    live: live && {
      ...live,
      of: (tenant) => watchedProcessor(live.of(tenant), watch),
      pages: (tenant, processor) => watchedPages(live.pages(tenant, processor), watch),
    },
  }
}
