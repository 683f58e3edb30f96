import { addMs } from '@micro/kernel'
import { createWorker, type Worker } from '@micro/service'
import { takeAbandonedCharges } from './charge.store.ts'
import type { ChargeDependencies, ChargeWork } from './charge.work.ts'
import type { Charge } from './charge.ts'

const batchSize = 10
const everyMs = 2_000

export interface Completer {
  /** Finishes what crashed or timed-out requests left behind. True when there may be more. */
  round(): Promise<boolean>
  readonly worker: Worker
}

/** Resolves pending charges whose lease ran out: looks them up, settles them, and stores the answer under their key. */
export const createCompleter = (deps: ChargeDependencies, work: ChargeWork): Completer => {
  const { db, clock, config, log, traces } = deps

  const complete = async (charge: Charge): Promise<void> => {
    const outcome = await work.resolve(charge)
    if (outcome !== undefined) await work.settle(charge, outcome)
    log.info({ charge: charge.id, outcome: outcome?.kind ?? 'unknown' }, 'charge.completion_tried')
  }

  const round = async (): Promise<boolean> => {
    const now = clock.now()
    const charges = await takeAbandonedCharges(db.sql, {
      now,
      leasedUntil: addMs(now, config.chargeLeaseMs),
      limit: batchSize,
    })
    const results = await Promise.allSettled(
      charges.map((charge) => traces.root('complete charge', {}, () => complete(charge))),
    )
    for (const [at, result] of results.entries()) {
      if (result.status === 'rejected')
        log.error({ err: result.reason as unknown, charge: charges[at]?.id }, 'charge.completion_failed')
    }
    return charges.length === batchSize
  }

  return { round, worker: createWorker({ name: 'payments.completer', everyMs, log, round }) }
}
