import { addMs, type Clock } from '@micro/kernel'
import type { Database } from '@micro/postgres'
import { createWorker, deleteClaimsBefore, type Logger, type Worker } from '@micro/service'
import { deleteAttemptsBefore, deleteDeliveriesBefore, eraseOldSecrets } from './cleanup.store.ts'
import { giveUpUnreachable } from './deliveries/queue.store.ts'

const dayMs = 24 * 60 * 60 * 1_000
const everyMs = 60 * 1_000
const batchSize = 1_000

/** How long an idempotency key is remembered after its first use; Stripe promises a day. */
export const keyRetentionMs = 7 * dayMs

export interface Cleanup {
  /**
   * Gives up what waits for endpoints that are disabled or deleted, and removes a bounded number of rows past their
   * retention. True when there is more.
   */
  round(): Promise<boolean>
  readonly worker: Worker
}

export const createCleanup = (deps: {
  db: Database
  clock: Clock
  log: Logger
  /** How long deliveries that ended, and requests, are kept. */
  retentionDays: number
}): Cleanup => {
  const { db, clock, log, retentionDays } = deps
  const round = async (): Promise<boolean> => {
    const now = clock.now()
    const before = addMs(now, -retentionDays * dayMs)
    const stranded = await giveUpUnreachable(db.sql, batchSize)
    const attempts = await deleteAttemptsBefore(db.sql, { before, limit: batchSize })
    const deliveries = await deleteDeliveriesBefore(db.sql, { before, limit: batchSize })
    await eraseOldSecrets(db.sql, now)
    const keys = await deleteClaimsBefore(db.sql, addMs(now, -keyRetentionMs))
    return stranded + attempts + deliveries + keys > 0
  }
  return { round, worker: createWorker({ name: 'events.cleanup', everyMs, log, round }) }
}
