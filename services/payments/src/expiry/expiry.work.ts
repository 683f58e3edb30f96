import type { Worker } from '@micro/service'
import { createQueue } from '../background/queue.work.ts'
import type { ChargeDependencies } from '../charges/charge.work.ts'
import type { CancelWork } from '../payment-intents/cancel.work.ts'
import { findExpired, type Expiring } from './expiry.store.ts'

const batchSize = 50
const everyMs = 5_000
const backoff = { minMs: 5_000, maxMs: 10 * 60_000 }

export interface Expiry {
  /** Cancels what was authorised and not captured in time. True when there may be more. */
  round(): Promise<boolean>
  readonly worker: Worker
}

/** An authorisation does not last: once its time is over the intent is canceled and the money given back. */
export const createExpiry = (deps: ChargeDependencies, cancellations: CancelWork): Expiry => {
  const { db, clock } = deps

  const expire = async ({ id, merchant, mode, payment_intent }: Expiring): Promise<'done' | 'later'> => {
    const tenant = { merchant, mode }
    const origin = { ...tenant, requestId: null, idempotencyKey: null }
    const wish = { tenant, intent: payment_intent, charge: id, reason: 'expired' as const, origin }
    // What could not be expired now, such as one that is being captured, has another turn.
    return (await cancellations.expire(wish)) === undefined ? 'later' : 'done'
  }

  const queue = createQueue<Expiring>(deps, {
    name: 'payments.expiry',
    work: 'authorisation',
    everyMs,
    batchSize,
    backoff,
    leased: false,
    idOf: ({ id }) => id,
    take: ({ limit }) => findExpired(db.sql, { now: clock.now(), limit }),
    one: expire,
  })
  deps.merchantTime.onAdvance(() => queue.worker.ring())
  return queue
}
