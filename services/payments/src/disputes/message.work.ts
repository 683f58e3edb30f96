import { addMs, assert } from '@micro/kernel'
import { within, type Worker } from '@micro/service'
import { createQueue } from '../background/queue.work.ts'
import { backoffMs } from '../background/setback.ts'
import type { ChargeDependencies } from '../charges/charge.work.ts'
import { processorFor } from '../processors/processor.ts'
import { deferMessage, saveSent, takeDueMessages, type DisputeMessage } from './message.store.ts'

const batchSize = 20
const everyMs = 2_000
const backoff = { minMs: 1_000, maxMs: 5 * 60_000 }

export interface MessageWork {
  /** Tells the processor what was decided, after the commit. Never throws: what fails is left to the worker. */
  send(message: DisputeMessage): Promise<void>
  /** Tells what is due. True when there may be more. */
  round(): Promise<boolean>
  readonly worker: Worker
}

/** Carries what merchants say in their disputes to the processor: at least once, since hearing it again changes nothing. */
export const createMessageWork = (deps: ChargeDependencies): MessageWork => {
  const { db, clock, config, log, processors } = deps

  const tell = (message: DisputeMessage): Promise<void> => {
    const processor = processorFor(processors, message)
    assert(processor !== undefined, `dispute ${message.dispute} is of a processor that is gone`)
    const { processor_dispute: dispute, texts } = message
    return within(config.processorTimeoutMs, (signal) =>
      message.kind === 'evidence'
        ? processor.disputes.submit({ dispute, texts }, signal)
        : processor.disputes.accept(dispute, signal),
    )
  }

  const send = async (message: DisputeMessage): Promise<void> => {
    const { dispute, kind } = message
    try {
      await tell(message)
      await saveSent(db.sql, message, clock.now())
    } catch (error) {
      const retryMs = backoffMs(backoff, message.attempts, dispute)
      log.warn({ err: error, dispute, kind, retry_ms: retryMs }, 'dispute.not_told')
      await deferMessage(db.sql, message, { after: addMs(clock.now(), retryMs) }).catch((lost: unknown) =>
        log.error({ err: lost, dispute, kind }, 'dispute.not_deferred'),
      )
    }
  }

  const queue = createQueue<DisputeMessage>(deps, {
    name: 'payments.dispute-messages',
    work: 'dispute_message',
    everyMs,
    batchSize,
    leased: true,
    idOf: ({ dispute }) => dispute,
    take: (turn) => {
      const now = clock.now()
      return takeDueMessages(db.sql, { ...turn, now, until: addMs(now, config.chargeLeaseMs) })
    },
    async one(message) {
      await send(message)
      return 'done'
    },
  })

  return { send, ...queue }
}
