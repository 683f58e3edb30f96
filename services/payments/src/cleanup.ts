import { addMs, type Clock } from '@micro/kernel'
import type { Database } from '@micro/postgres'
import { createWorker, deleteAcknowledged, deleteClaimsBefore, type Logger, type Worker } from '@micro/service'
import { deleteEventsBefore } from './processor-webhooks/inbox.store.ts'
import { deleteSetbacksBefore } from './background/setback.store.ts'
import { deleteTokensBefore } from './tokens/token.store.ts'

const dayMs = 24 * 60 * 60 * 1_000
/** How long it is known what a processor told; those that come again come within days. */
const processorEventRetentionMs = 30 * dayMs

const everyMs = 10 * 60 * 1_000

/** How long an idempotency key is remembered after its first use; Stripe promises a day. */
export const keyRetentionMs = 7 * dayMs
/** How long an event stays here after the events service has stored it. */
export const outboxRetentionMs = dayMs

/** How long a token is kept, used or not: a page makes it to be used at once. */
const tokenRetentionMs = dayMs

/** How long a setback is kept beyond the time its item was to be tried again: somebody else saw to it, so nobody will. */
const setbackRetentionMs = dayMs

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
    const tokens = await deleteTokensBefore(db.sql, addMs(now, -tokenRetentionMs))
    const told = await deleteEventsBefore(db.sql, addMs(now, -processorEventRetentionMs))
    const setbacks = await deleteSetbacksBefore(db.sql, addMs(now, -setbackRetentionMs))
    return keys + events + tokens + told + setbacks > 0
  }
  return { round, worker: createWorker({ name: 'payments.cleanup', everyMs, log, round }) }
}
