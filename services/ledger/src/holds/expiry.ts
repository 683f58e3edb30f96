import { Fault, fromUnixSeconds, type Clock } from '@micro/kernel'
import type { Database } from '@micro/postgres'
import { createWorker, type Logger, type Worker } from '@micro/service'
import type { Post } from '../posting/index.ts'
import { expiryReference } from '../posting/action.ts'
import { holdIdOf } from '../transactions/transaction.ts'
import { listDueHolds, type DueHold } from './hold.store.ts'

const everyMs = 1_000
const batchMax = 200
const beforeAll = { expires_at: fromUnixSeconds(0), lane: -1, book: 0n, seq: 0n }

interface ExpiryDeps {
  readonly db: Database
  readonly clock: Clock
  readonly log: Logger
  readonly post: Post
}

// Several processes may do the same at once: the reference makes one of them record it, the others are told.
const expire = async ({ post, log }: ExpiryDeps, { merchant, mode, id, seq, weight }: DueHold): Promise<void> => {
  try {
    await post({
      book: { merchant, mode },
      reference: expiryReference(holdIdOf(id)),
      description: null,
      metadata: {},
      entries: [],
      action: { kind: 'expire', parent: { id, seq, weight } },
    })
  } catch (error) {
    // Somebody released or captured it in the meantime.
    if (error instanceof Fault && (error.code === 'hold_captured' || error.code === 'hold_released')) return
    log.warn({ err: error, hold: holdIdOf(id) }, 'hold.expiry_failed')
  }
}

/** Gives back what is left of every hold that is due. One that fails waits for the next round and holds up no other. */
export const expireHolds = async (deps: ExpiryDeps, signal?: AbortSignal): Promise<void> => {
  const now = deps.clock.now()
  for (let after: Parameters<typeof listDueHolds>[2]['after'] = beforeAll; signal?.aborted !== true;) {
    const due = await listDueHolds(deps.db.sql, now, { after, limit: batchMax })
    await Promise.all(due.map((hold) => expire(deps, hold)))
    const last = due.at(-1)
    if (last === undefined || due.length < batchMax) return
    after = last
  }
}

/** Looks every second. Nothing depends on how soon: a hold that is due is captured by nobody. */
export const createExpiry = (deps: ExpiryDeps): Worker =>
  createWorker({
    name: 'ledger.hold_expiry',
    everyMs,
    log: deps.log,
    round: async (signal) => {
      await expireHolds(deps, signal)
      return false
    },
  })
