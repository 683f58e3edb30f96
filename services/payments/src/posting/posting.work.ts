import type { Client } from '@micro/client'
import type { ledgerApi } from '@micro/contracts'
import { addMs } from '@micro/kernel'
import type { Database } from '@micro/postgres'
import { createWorker, within, type Runtime, type Worker } from '@micro/service'
import type { Charge } from '../charges/charge.ts'
import type { PaymentsConfig } from '../config.ts'
import { postingFor } from './posting.ts'
import { deferPosting, savePosted, takeDuePostings } from './posting.store.ts'

const batchSize = 20
const everyMs = 1_000
const retryMsMin = 500
const retryMsMax = 60_000

/** The one operation of the ledger that payments use. */
export type LedgerClient = Pick<Client<typeof ledgerApi>, 'postSystemTransaction'>

export interface PostingWork {
  /** Posts a settled charge, waiting `ledgerWaitMs` at most. Never throws: what fails is left to the worker. */
  post(charge: Charge): Promise<void>
  /** Posts what is due. True when there may be more. */
  round(): Promise<boolean>
  readonly worker: Worker
  /** Waits a bounded time for postings that outlived their callers. */
  drain(): Promise<void>
}

/**
 * Carries succeeded charges to the ledger. At least once, made exactly once by the derived reference: the ledger
 * answers a repeat with the transaction it has.
 */
export const createPostingWork = (
  deps: Pick<Runtime, 'clock' | 'log' | 'traces'> & { db: Database; config: PaymentsConfig; ledger: LedgerClient },
): PostingWork => {
  const { db, clock, config, ledger, log, traces } = deps
  const underWay = new Set<Promise<void>>()

  const attempt = async (charge: Charge): Promise<void> => {
    try {
      const transaction = await ledger.postSystemTransaction({ body: postingFor(charge), requestId: charge.request_id })
      await savePosted(db.sql, charge, transaction.id)
    } catch (error) {
      const retryMs = Math.min(retryMsMax, retryMsMin * 2 ** Math.min(charge.posting_attempts, 10))
      log.warn({ err: error, charge: charge.id, retry_ms: retryMs }, 'posting.failed')
      await deferPosting(db.sql, charge, { after: addMs(clock.now(), retryMs) })
    }
  }

  // A slow ledger keeps its caller no longer than the wait, but the posting under way goes on.
  const post = async (charge: Charge): Promise<void> => {
    const posting = traces
      .step('post charge', {}, () => attempt(charge))
      .catch((error: unknown) => log.error({ err: error, charge: charge.id }, 'posting.not_noted'))
    underWay.add(posting)
    void posting.finally(() => underWay.delete(posting))
    await within(config.ledgerWaitMs, () => posting).catch(() =>
      log.warn({ charge: charge.id }, 'posting.outlived_its_caller'),
    )
  }

  const round = async (): Promise<boolean> => {
    const now = clock.now()
    const charges = await takeDuePostings(db.sql, { now, until: addMs(now, config.chargeLeaseMs), limit: batchSize })
    await Promise.all(charges.map((charge) => traces.root('post due charge', {}, () => post(charge))))
    return charges.length === batchSize
  }

  return {
    post,
    round,
    worker: createWorker({ name: 'payments.posting', everyMs, log, round }),
    drain: async () => {
      await within(config.ledgerWaitMs, () => Promise.all(underWay)).catch(() => {})
    },
  }
}
