import type { Clock } from '@micro/kernel'
import type { Database } from '@micro/postgres'
import { createWorker, type Logger, type Worker } from '@micro/service'
import { saveApiKeyHashes, saveApiKeyUses } from './api-key.store.ts'

/** How late `last_used` may be, in ms. A busy key then costs one update per interval and not one per request. */
const flushEveryMs = 10_000
const batchMax = 1000

interface Use {
  readonly at: Date
  /** The key's hash under the current pepper, when it was found under an earlier one. */
  readonly hash: Buffer | undefined
}

/** Collects uses of API keys and stores them in batches. A crash loses the last interval: it is a hint for people. */
export const createKeyUses = (deps: { db: Database; clock: Clock; log: Logger; pepperId: string }) => {
  const { db, clock, log, pepperId } = deps
  const uses = new Map<string, Use>()

  const flush = async (): Promise<boolean> => {
    const batch = [...uses].slice(0, batchMax)
    if (batch.length === 0) return false
    const hashed = batch.flatMap(([id, { hash }]) => (hash === undefined ? [] : [{ id, hash }]))
    if (hashed.length > 0) await saveApiKeyHashes(db.sql, { hashed, pepperId })
    await saveApiKeyUses(db.sql, { ids: batch.map(([id]) => id), times: batch.map(([, { at }]) => at) })
    // A use noted meanwhile waits for the next round.
    for (const [id, use] of batch) if (uses.get(id) === use) uses.delete(id)
    return uses.size >= batchMax
  }

  const worker: Worker = createWorker({ name: 'auth.key_uses', everyMs: flushEveryMs, log, round: flush })
  return {
    note: (keyId: string, hash?: Buffer): void =>
      void uses.set(keyId, { at: clock.now(), hash: hash ?? uses.get(keyId)?.hash }),
    flush,
    worker,
  }
}
