import type { Clock } from '@micro/kernel'
import type { Database } from '@micro/postgres'
import { createWorker, type Logger, type Worker } from '@micro/service'
import { saveApiKeyUses } from './api-key.store.ts'

/** How late `last_used` may be, in ms. A busy key then costs one update per interval and not one per request. */
const flushEveryMs = 10_000
const batchMax = 1000

/** Collects uses of API keys and stores them in batches. A crash loses the last interval: it is a hint for people. */
export const createKeyUses = ({ db, clock, log }: { db: Database; clock: Clock; log: Logger }) => {
  const uses = new Map<string, Date>()

  const flush = async (): Promise<boolean> => {
    const batch = [...uses].slice(0, batchMax)
    if (batch.length === 0) return false
    await saveApiKeyUses(db.sql, { ids: batch.map(([id]) => id), times: batch.map(([, at]) => at) })
    // A use noted meanwhile waits for the next round.
    for (const [id, at] of batch) if (uses.get(id) === at) uses.delete(id)
    return uses.size >= batchMax
  }

  const worker: Worker = createWorker({ name: 'auth.key_uses', everyMs: flushEveryMs, log, round: flush })
  return { note: (keyId: string): void => void uses.set(keyId, clock.now()), flush, worker }
}
