import { addMs, type Clock } from '@micro/kernel'
import type { Database } from '@micro/postgres'
import { createWorker, type Logger, type Worker } from '@micro/service'
import { forgetAuditLog } from './audit/audit.store.ts'
import { deleteExpiredRefreshTokens, deleteFinishedSessions } from './logins/session.store.ts'
import { deleteExpiredPairings } from './pairings/pairing.store.ts'
import { deleteExpiredInvitations } from './registration/registration.store.ts'
import { forgetAfterMs } from './throttle/throttle.ts'
import { deleteAttemptsBefore } from './throttle/throttle.store.ts'

const everyMs = 10 * 60 * 1000
/** Ended sessions are kept for a while, so that people can be told how and when a session ended. */
const keepEndedMs = 7 * 24 * 60 * 60 * 1000
const batchSize = 1000

/** Deletes one batch of what no longer matters; true when there may be more. */
export const cleanUp = async ({ db, clock }: { db: Database; clock: Clock }): Promise<boolean> => {
  const now = clock.now()
  const deleted = [
    await deleteExpiredRefreshTokens(db.sql, now),
    await deleteFinishedSessions(db.sql, { now, endedBefore: addMs(now, -keepEndedMs) }),
    await deleteAttemptsBefore(db.sql, addMs(now, -forgetAfterMs)),
    await deleteExpiredInvitations(db.sql, now),
    await deleteExpiredPairings(db.sql, now),
    await forgetAuditLog(db.sql),
  ]
  return deleted.some((count) => count >= batchSize)
}

export const createCleanup = (deps: { db: Database; clock: Clock; log: Logger }): Worker =>
  createWorker({ name: 'auth.cleanup', everyMs, log: deps.log, round: () => cleanUp(deps) })
