import { addMs } from '@micro/kernel'
import type { Worker } from '@micro/service'
import { createQueue, type Progress, type Queue } from '../background/queue.work.ts'
import type { Turn } from '../background/turns.ts'
import { extendCaptureLease, takeAbandonedCaptures } from '../captures/capture.store.ts'
import type { CaptureWork } from '../captures/capture.work.ts'
import type { Capture } from '../captures/capture.ts'
import { extendLease, takeAbandonedCharges } from './charge.store.ts'
import { completionLeaseMs, type ChargeDependencies, type ChargeWork } from './charge.work.ts'
import type { Charge } from './charge.ts'

const batchSize = 20
const everyMs = 2_000
const backoffMsMax = 10 * 60_000

export interface Completer {
  /** Finishes what crashed or timed-out requests left behind. True when there may be more. */
  round(): Promise<boolean>
  readonly workers: readonly Worker[]
}

/**
 * Resolves pending charges and captures whose lease ran out: looks them up, settles them, and stores the answer under
 * their key.
 */
export const createCompleter = (
  deps: ChargeDependencies,
  work: { charges: ChargeWork; captures: CaptureWork },
): Completer => {
  const { db, clock, config, log } = deps

  const completeCharge = async (charge: Charge): Promise<Progress> => {
    const outcome = await work.charges.resolve(charge, config.patientLookupMs)
    await (outcome === undefined ? work.charges.look(charge) : work.charges.settle(charge, outcome))
    log.info({ charge: charge.id, outcome: outcome?.kind ?? 'unknown' }, 'charge.completion_tried')
    return outcome === undefined ? 'later' : 'done'
  }

  const completeCapture = async (capture: Capture): Promise<Progress> => {
    const outcome = await work.captures.resolve(capture, config.patientLookupMs)
    await (outcome === undefined ? work.captures.look(capture) : work.captures.settle(capture, outcome))
    log.info({ charge: capture.charge, outcome: outcome?.kind ?? 'unknown' }, 'capture.completion_tried')
    return outcome === undefined ? 'later' : 'done'
  }

  const common = { everyMs, batchSize, backoff: { minMs: config.chargeLeaseMs, maxMs: backoffMsMax }, leased: true }
  const leased = (turn: Turn) => {
    const now = clock.now()
    return { ...turn, now, until: addMs(now, completionLeaseMs(config)) }
  }

  const charges: Queue = createQueue<Charge>(deps, {
    ...common,
    name: 'payments.completer',
    work: 'charge',
    idOf: ({ id }) => id,
    take: (turn) => takeAbandonedCharges(db.sql, leased(turn)),
    one: completeCharge,
    defer: (charge, after) => extendLease(db.sql, charge, charge.id, after),
  })
  const captures: Queue = createQueue<Capture>(deps, {
    ...common,
    name: 'payments.capture-completer',
    work: 'capture',
    idOf: ({ charge }) => charge,
    take: (turn) => takeAbandonedCaptures(db.sql, leased(turn)),
    one: completeCapture,
    defer: (capture, after) => extendCaptureLease(db.sql, capture, capture.charge, after),
  })

  return {
    async round() {
      const more = await Promise.all([charges.round(), captures.round()])
      return more.includes(true)
    },
    workers: [charges.worker, captures.worker],
  }
}
