import { addMs } from '@micro/kernel'
import type { Worker } from '@micro/service'
import { createQueue, type Progress } from '../background/queue.work.ts'
import { completionLeaseMs, type ChargeDependencies } from '../charges/charge.work.ts'
import { extendRefundLease, takeUnsettledRefunds } from './refund.store.ts'
import type { Refund } from './refund.ts'
import { lookUpAfterMs, type RefundWork } from './refund.work.ts'

const batchSize = 20
const everyMs = 2_000
const backoffMsMax = 10 * 60_000

export interface RefundCompleter {
  /** Learns what became of refunds that nobody is at work on. True when there may be more. */
  round(): Promise<boolean>
  readonly worker: Worker
}

/** Finishes refunds that crashed or timed-out requests left behind, and looks up those the processor has long had. */
export const createRefundCompleter = (deps: ChargeDependencies, work: RefundWork): RefundCompleter => {
  const { db, clock, config, log } = deps

  const complete = async (refund: Refund): Promise<Progress> => {
    const outcome = await work.resolve(refund, config.patientLookupMs)
    if (outcome !== undefined) await work.settle(refund, outcome)
    if (outcome?.kind === 'pending')
      await extendRefundLease(db.sql, refund, refund.id, addMs(clock.now(), lookUpAfterMs))
    log.info({ refund: refund.id, outcome: outcome?.kind ?? 'unknown' }, 'refund.completion_tried')
    return outcome === undefined ? 'later' : 'done'
  }

  return createQueue<Refund>(deps, {
    name: 'payments.refunds',
    work: 'refund',
    everyMs,
    batchSize,
    backoff: { minMs: config.chargeLeaseMs, maxMs: backoffMsMax },
    leased: true,
    idOf: ({ id }) => id,
    take: (turn) => {
      const now = clock.now()
      return takeUnsettledRefunds(db.sql, { ...turn, now, until: addMs(now, completionLeaseMs(config)) })
    },
    one: complete,
    defer: (refund, after) => extendRefundLease(db.sql, refund, refund.id, after),
  })
}
