import type { Clock } from '@micro/kernel'
import type { Database } from '@micro/postgres'
import { forgetAcknowledgements, makePostingsDue } from './replay.store.ts'

export interface Replayed {
  readonly postings: number
  readonly events: number
}

const batchMax = 1_000

const postAgain = async (db: Database, since: Date, now: Date): Promise<number> => {
  let count = 0
  for (let after = ''; ;) {
    const rows = await makePostingsDue(db.sql, { since, after, limit: batchMax, now })
    count += rows.length
    if (rows.length < batchMax) return count
    after = rows.map(({ id }) => id).reduce((last, id) => (id > last ? id : last))
  }
}

const announceAgain = async (db: Database, since: Date): Promise<number> => {
  let count = 0
  for (;;) {
    const rows = await forgetAcknowledgements(db.sql, { since, limit: batchMax })
    count += rows.length
    if (rows.length < batchMax) return count
  }
}

/**
 * Makes payments tell the ledger and the events service once more what it told them since then, for when they were
 * restored from an older copy. What they have already they recognise by reference and by event id, so telling too much
 * does no harm. Events are kept for a day after they were fetched; older ones cannot be told again.
 */
export const replay = async ({ db, clock, since }: { db: Database; clock: Clock; since: Date }): Promise<Replayed> => ({
  postings: await postAgain(db, since, clock.now()),
  events: await announceAgain(db, since),
})
