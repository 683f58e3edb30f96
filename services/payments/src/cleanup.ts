import { addMs, type Clock } from '@micro/kernel'
import type { Database } from '@micro/postgres'
import { createWorker, deleteAcknowledged, deleteClaimsBefore, type Logger, type Worker } from '@micro/service'

const dayMs = 24 * 60 * 60 * 1_000
const everyMs = 10 * 60 * 1_000

/** How long an idempotency key is remembered after its first use; Stripe promises a day. */
export const keyRetentionMs = 7 * dayMs
/** How long an event stays here after the events service has stored it. */
export const outboxRetentionMs = dayMs

export interface Cleanup {
  /** Removes a bounded number of rows past their retention. True when there is more. */
  round(): Promise<boolean>
  readonly worker: Worker
}

export const createCleanup = ({ db, clock, log }: { db: Database; clock: Clock; log: Logger }): Cleanup => {
  const round = async (): Promise<boolean> => {
    const now = clock.now()
    const keys = await deleteClaimsBefore(db.sql, addMs(now, -keyRetentionMs))
    const events = await deleteAcknowledged(db.sql, addMs(now, -outboxRetentionMs))
    return keys + events > 0
  }
  return { round, worker: createWorker({ name: 'payments.cleanup', everyMs, log, round }) }
}
