import type { Database } from '@micro/postgres'
import { createWorker, type Logger, type Worker } from '@micro/service'
import {
  allowStatements,
  deleteFromRest,
  dropOldestPartition,
  makePartitions,
  type OldestPartition,
} from './retention.store.ts'

const everyMs = 10 * 60 * 1_000
/** A service that does not run for a month still finds the partitions of its events. */
const weeksAhead = 4
const batchSize = 1_000
const droppingMsMax = 10 * 60 * 1_000

export interface Retention {
  /** Makes the partitions to come, and has one go that is past its time. True when there may be more. */
  round(): Promise<boolean>
  readonly worker: Worker
}

/**
 * Keeps events for as long as was said. Of several processes one does so at a time: the database's functions take an
 * advisory lock, and whoever does not get it leaves it to the other.
 */
export const createRetention = (deps: { db: Database; log: Logger; retentionDays: number }): Retention => {
  const { db, log, retentionDays: days } = deps
  const dropOldest = (): Promise<OldestPartition | undefined> =>
    db.transaction(
      async (sql) => {
        await allowStatements(sql, droppingMsMax)
        return dropOldestPartition(sql, days)
      },
      { answerTimeoutMs: droppingMsMax + 5_000 },
    )
  const round = async (): Promise<boolean> => {
    const made = await makePartitions(db.sql, weeksAhead)
    if (made > 0) log.info({ made }, 'events.partitions_made')
    const deleted = await deleteFromRest(db.sql, { days, limit: batchSize })
    const oldest = await dropOldest()
    const gone = oldest !== undefined && oldest.hindered_by === null
    if (gone) log.info({ partition: oldest.partition_name, events: Number(oldest.events_gone) }, 'events.left')
    else if (oldest !== undefined)
      log.warn({ partition: oldest.partition_name, reason: oldest.hindered_by }, 'events.past_retention')
    return gone || deleted > 0n
  }
  return { round, worker: createWorker({ name: 'events.retention', everyMs, log, round }) }
}
