import { addMs } from '@micro/kernel'
import { createWorker, within, type Worker } from '@micro/service'
import { backoffMs } from '../background/setback.ts'
import type { ChargeDependencies } from '../charges/charge.work.ts'
import type { DisputeWork } from '../disputes/dispute.work.ts'
import type { Processor } from '../processors/processor.ts'
import type { ProcessorNews, ProcessorReport } from '../processors/reporting.ts'
import { findReportedRefund } from '../refunds/refund.store.ts'
import type { RefundWork } from '../refunds/refund.work.ts'

const batchSize = 50
const everyMs = 1_000
/** Nobody waits for it, so a slow answer is better than none. */
const answerMsMax = 30_000
const backoff = { minMs: 1_000, maxMs: 10 * 60_000 }
/** So many are put off; what is beyond is simply told again. */
const putOffMax = 1_000

export interface ReportWork {
  /** Hears what processors have to tell. True when there may be more. */
  round(): Promise<boolean>
  readonly worker: Worker
}

/**
 * Hears what processors tell of their own accord: refunds that ended later, disputes. What a report means is written
 * down before it is acknowledged, and being told again changes nothing, so any number of replicas may listen.
 */
export const createReportWork = (
  { db, clock, processors, log, traces }: ChargeDependencies,
  { refunds, disputes }: { refunds: RefundWork; disputes: DisputeWork },
): ReportWork => {
  // Of this process: whoever is started anew hears each of them once more.
  const putOff = new Map<string, { attempts: number; after: Date }>()

  /** Told again at once the first time, since it may only have been early. */
  const again = (id: string): void => {
    const attempts = (putOff.get(id)?.attempts ?? 0) + 1
    const waitMs = attempts === 1 ? 0 : backoffMs(backoff, attempts - 2, id)
    if (putOff.has(id) || putOff.size < putOffMax) putOff.set(id, { attempts, after: addMs(clock.now(), waitMs) })
  }

  /** False when it cannot be understood yet, and is to be told again. */
  const hear = async (news: ProcessorNews): Promise<boolean> => {
    if (news.kind === 'dispute_opened') return disputes.open(news.dispute)
    if (news.kind === 'dispute_decided') {
      await disputes.decide(news.dispute, news.decision)
      return true
    }
    const refund = await findReportedRefund(db.sql, news.refund)
    if (refund === undefined) log.error({ refund: news.refund }, 'refund.unknown')
    else await refunds.settle(refund, news.outcome, { requestId: refund.request_id, idempotencyKey: null })
    return true
  }

  const tryToHear = async ({ id, news }: ProcessorReport): Promise<boolean> => {
    try {
      return await traces.root(`hear ${news.kind}`, {}, () => hear(news))
    } catch (error) {
      log.error({ err: error, report: id, kind: news.kind }, 'report.not_understood')
      return false
    }
  }

  const listen = async ({ reports }: Processor): Promise<boolean> => {
    const now = clock.now()
    const without = [...putOff].filter(([, { after }]) => after > now).map(([id]) => id)
    const told = await within(answerMsMax, (signal) => reports.read({ limit: batchSize, without }, signal))
    const heard: string[] = []
    // In the order they were told.
    for (const report of told)
      if (await tryToHear(report)) heard.push(report.id)
      else again(report.id)
    for (const id of heard) putOff.delete(id)
    if (heard.length > 0) await within(answerMsMax, (signal) => reports.acknowledge(heard, signal))
    return heard.length === batchSize
  }

  const round = async (): Promise<boolean> => {
    // Those of live mode are not listened to yet: refunds that they decide later are looked up.
    return listen(processors.test)
  }

  return { round, worker: createWorker({ name: 'payments.reports', everyMs, log, round }) }
}
