import type { Client } from '@micro/client'
import type { ledgerApi } from '@micro/contracts'
import { addMs } from '@micro/kernel'
import type { Database } from '@micro/postgres'
import { within, type Runtime, type Worker } from '@micro/service'
import { createQueue } from '../background/queue.work.ts'
import { backoffMs } from '../background/setback.ts'
import type { PaymentsConfig } from '../config.ts'
import type { Movement } from './movement.ts'
import { deferPosting, takeDueMovements } from './movement.store.ts'
import { createPostedMarks } from './posted-marks.ts'
import { postingFor } from './posting.ts'

const batchSize = 20
const everyMs = 1_000
const backoff = { minMs: 500, maxMs: 60_000 }

/** What payments ask of the ledger. */
export type LedgerClient = Pick<
  Client<typeof ledgerApi>,
  'postSystemTransaction' | 'readSystemBalances' | 'readSystemTransactions'
>

export interface MovementWork {
  /** Posts what was recorded, waiting `ledgerWaitMs` at most. Never throws: what fails is left to the worker. */
  post(...movements: readonly Movement[]): Promise<void>
  /** Posts what is due. True when there may be more. */
  round(): Promise<boolean>
  readonly worker: Worker
  /** Waits a bounded time for postings that outlived their callers. */
  drain(): Promise<void>
}

/**
 * Carries movements to the ledger. At least once, made exactly once by the derived reference: the ledger answers a
 * repeat with the transaction it has.
 */
export const createMovementWork = (
  deps: Pick<Runtime, 'clock' | 'log' | 'traces'> & { db: Database; config: PaymentsConfig; ledger: LedgerClient },
): MovementWork => {
  const { db, clock, config, ledger, log, traces } = deps
  const underWay = new Set<Promise<void>>()
  const notePosted = createPostedMarks(db)

  const attempt = async (movement: Movement): Promise<void> => {
    try {
      const body = postingFor(movement)
      const transaction = await ledger.postSystemTransaction({ body, requestId: movement.request_id })
      const { id, merchant, mode } = movement
      await notePosted({ id, merchant, mode, ledgerTransaction: transaction.id })
    } catch (error) {
      const retryMs = backoffMs(backoff, movement.posting_attempts, movement.id)
      log.warn({ err: error, movement: movement.id, source: movement.source, retry_ms: retryMs }, 'posting.failed')
      await deferPosting(db.sql, movement, { after: addMs(clock.now(), retryMs) })
    }
  }

  // A slow ledger keeps its caller no longer than the wait, but the posting under way goes on.
  const postOne = async (movement: Movement): Promise<void> => {
    const posting = traces
      .step(`post ${movement.kind}`, {}, () => attempt(movement))
      .catch((error: unknown) => log.error({ err: error, movement: movement.id }, 'posting.not_noted'))
    underWay.add(posting)
    void posting.finally(() => underWay.delete(posting))
    await within(config.ledgerWaitMs, () => posting).catch(() =>
      log.warn({ movement: movement.id }, 'posting.outlived_its_caller'),
    )
  }

  const queue = createQueue<Movement>(deps, {
    name: 'payments.posting',
    work: 'movement',
    everyMs,
    batchSize,
    leased: true,
    idOf: ({ id }) => id,
    take: (turn) => {
      const now = clock.now()
      return takeDueMovements(db.sql, { ...turn, now, until: addMs(now, config.chargeLeaseMs) })
    },
    async one(movement) {
      await postOne(movement)
      return 'done'
    },
  })

  return {
    post: async (...movements) => {
      await Promise.all(movements.map(postOne))
    },
    ...queue,
    drain: async () => {
      await within(config.ledgerWaitMs, () => Promise.all(underWay)).catch(() => {})
    },
  }
}
