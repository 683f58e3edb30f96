import { addMs, assert } from '@micro/kernel'
import type { Tenant } from '@micro/contracts'
import type { Sql } from '@micro/postgres'
import { within, type Worker } from '@micro/service'
import { createQueue } from '../background/queue.work.ts'
import { backoffMs } from '../background/setback.ts'
import type { ChargeDependencies } from '../charges/charge.work.ts'
import { processorFor } from '../processors/processor.ts'
import { deferVoid, insertVoid, saveVoided, takeDueVoids, type DueVoid } from './void.store.ts'

const batchSize = 20
const everyMs = 2_000
const backoff = { minMs: 1_000, maxMs: 600_000 }

export interface VoidWork {
  /** In the database transaction that releases a charge: from then on it will be given back. */
  plan(sql: Sql, tenant: Tenant, charge: string): Promise<DueVoid>
  /** Tries at once, after that transaction. Never throws: what fails is left to the worker. */
  send(due: DueVoid): Promise<void>
  /** Gives back what is due. True when there may be more. */
  round(): Promise<boolean>
  readonly worker: Worker
}

/**
 * Gives authorisations back at the processor. The intent is canceled already, so nobody can capture them meanwhile; a
 * void may be repeated, so each is simply asked for until it is done.
 */
export const createVoidWork = (deps: ChargeDependencies): VoidWork => {
  const { db, clock, config, log } = deps

  const send = async (due: DueVoid): Promise<void> => {
    try {
      const processor = processorFor(deps.processors, due)
      assert(processor !== undefined, `charge ${due.charge} is to be given back without a processor for its mode`)
      await within(config.processorTimeoutMs, (signal) => processor.void(due.charge, signal))
      await saveVoided(db.sql, due, clock.now())
    } catch (error) {
      const retryMs = backoffMs(backoff, due.attempts, due.charge)
      log.warn({ err: error, charge: due.charge, retry_ms: retryMs }, 'void.failed')
      await deferVoid(db.sql, due, { after: addMs(clock.now(), retryMs) }).catch((cause: unknown) =>
        log.error({ err: cause, charge: due.charge }, 'void.not_noted'),
      )
    }
  }

  const queue = createQueue<DueVoid>(deps, {
    name: 'payments.voids',
    work: 'void',
    everyMs,
    batchSize,
    leased: true,
    idOf: ({ charge }) => charge,
    take: (turn) => {
      const now = clock.now()
      return takeDueVoids(db.sql, { ...turn, now, until: addMs(now, config.chargeLeaseMs) })
    },
    async one(due) {
      await send(due)
      return 'done'
    },
  })

  return {
    async plan(sql, { merchant, mode }, charge) {
      const now = clock.now()
      await insertVoid(sql, { merchant, mode }, { charge, now, dueAt: addMs(now, config.chargeLeaseMs) })
      return { merchant, mode, charge, attempts: 0 }
    },
    send,
    ...queue,
  }
}
