import { ledgerApi } from '@micro/contracts'
import { Fault } from '@micro/kernel'
import { boundDatabase, type Database } from '@micro/postgres'
import { createService, createStatus, createTurns, watchOutbox, type Runtime, type Service } from '@micro/service'
import { accountHandlers } from './accounts/account.http.ts'
import { assetHandlers } from './assets/asset.http.ts'
import { balanceHandlers } from './balances/balance.http.ts'
import { systemBalanceHandlers } from './balances/system-balance.http.ts'
import { systemTransactionHandlers } from './balances/system-transaction.http.ts'
import { createStreamSeats } from './bounds/seats.ts'
import { probe } from './books/book.store.ts'
import { checkpointHandlers } from './checkpoints/checkpoint.http.ts'
import { createCheckpointWork } from './checkpoints/checkpoint.work.ts'
import type { LedgerConfig } from './config.ts'
import { erasureHandlers } from './erasures/erasure.http.ts'
import { exportHandlers } from './export/export.http.ts'
import { flowHandlers } from './flows/flow.http.ts'
import { createDoorbell } from './feed/doorbell.ts'
import { feedHandlers } from './feed/feed.http.ts'
import { findHeads } from './feed/feed.store.ts'
import { ringing } from './feed/ringing.ts'
import { createExpiry } from './holds/expiry.ts'
import { holdHandlers } from './holds/hold.http.ts'
import { createBell } from './outbox/bell.ts'
import { outboxHandlers } from './outbox/outbox.http.ts'
import { measureUntold } from './outbox/outbox.store.ts'
import { periodHandlers } from './periods/period.http.ts'
import { createPosting } from './posting/index.ts'
import { reportHandlers } from './reports/report.http.ts'
import { statementHandlers } from './statements/statement.http.ts'
import { boundBulks } from './transactions/bulk-seats.ts'
import { bulkHandlers } from './transactions/bulk.http.ts'
import { reversalHandlers } from './transactions/reversal.http.ts'
import { transactionHandlers } from './transactions/transaction.http.ts'
import { countUnverified, countWrongBooks } from './verify/background.store.ts'
import { createBackgroundVerifier, type BackgroundVerifier } from './verify/background.work.ts'
import { verifyHandlers } from './verify/verify.http.ts'

export interface LedgerDependencies extends Runtime {
  readonly db: Database
  readonly config: LedgerConfig
}

/** Readers of the feed who wait, and followers, that one merchant may have at a process. */
const readersPerMerchantMax = 20
const exportsPerMerchantMax = 4

/** Connections that reads leave to postings: one that flights are sent on, and those that look or read for the next. */
const connectionsOfPostings = 4

export interface LedgerOptions {
  /** Of the database, as its pool has them. Default 10. */
  readonly connections?: number
  readonly background?: boolean
  /** Milliseconds that never run backwards, for what takes too long. Default: the process's own. */
  readonly nowMs?: () => number
}

/** The service with its background work laid open, so that tests can do one round of it at a time. */
export interface LedgerParts {
  readonly service: Service
  readonly verifier: BackgroundVerifier
}

export const createLedger = (
  { db, config, ...runtime }: LedgerDependencies,
  { background = true, connections = 10, nowMs }: LedgerOptions = {},
): LedgerParts => {
  const reads = boundDatabase(db, { max: Math.max(1, connections - connectionsOfPostings) })
  const doorbell = createDoorbell({ heads: (books) => findHeads(db.sql, books) })
  const tell = createBell(runtime)
  const posting = ringing(createPosting({ db, ...runtime }), { ...doorbell, tell })
  watchOutbox({ db, metrics: runtime.metrics, measure: measureUntold })
  const { post } = posting
  const busy = () => new Fault('ledger_busy')
  const inTurn = createTurns({ atOnce: 2, waiting: 100, waitingOfOne: 5, busy })
  const inClosingTurn = createTurns({ atOnce: 2, waiting: 100, waitingOfOne: 5, busy })
  const checkpoints = createCheckpointWork({ db, config: config.checkpoints, ...runtime })
  const verifier = createBackgroundVerifier({ db, config, ...runtime })
  const workers = [
    createExpiry({ ...runtime, db, post }),
    ...(background ? [checkpoints.worker, ...verifier.workers] : []),
  ]
  const lags = {
    outbox: async () => {
      const { rows, oldestSeconds } = await measureUntold(db.sql)
      return { waiting: rows, oldestSeconds }
    },
    verification: async () => ({ waiting: await countUnverified(db.sql), oldestSeconds: null }),
    wrong_books: async () => ({ waiting: await countWrongBooks(db.sql), oldestSeconds: null }),
  }
  const service = createService(
    {
      name: 'ledger',
      api: ledgerApi,
      handlers: {
        ...accountHandlers({ db, reads, config, tell, ...runtime }),
        ...assetHandlers({ db, ...runtime }),
        ...balanceHandlers({ db: reads, inTurn }),
        ...systemBalanceHandlers({ db: reads }),
        ...systemTransactionHandlers({ db: reads }),
        ...periodHandlers({ db, reads, inTurn: inClosingTurn, tell, ...runtime }),
        ...reportHandlers({ db: reads, inTurn }),
        ...flowHandlers({ db: reads, inTurn }),
        ...statementHandlers({ db: reads }),
        ...transactionHandlers({ db: reads, post }),
        ...bulkHandlers({ ...posting, ...runtime }),
        ...erasureHandlers({ db, ...runtime }),
        ...checkpointHandlers({ db, config: config.checkpoints, work: checkpoints }),
        ...verifyHandlers({ db: reads, config: config.checkpoints, ...runtime }),
        ...feedHandlers({ db: reads, doorbell, takeSeat: createStreamSeats(readersPerMerchantMax) }),
        ...exportHandlers({ db: reads, takeSeat: createStreamSeats(exportsPerMerchantMax) }),
        ...reversalHandlers({ db, post }),
        ...outboxHandlers({ db, ...runtime }),
        ...holdHandlers({ db, reads, post, ...runtime }),
        getLedgerStatus: createStatus({ service: 'ledger', db, lags, workers }),
      },
      workers,
      ready: () => probe(db.sql),
      warnings: verifier.warnings,
    },
    runtime,
  )
  boundBulks(service, nowMs)
  return { service, verifier }
}

/** The ledger: accounts, and transactions that are recorded once and never change. */
export const ledgerService = (dependencies: LedgerDependencies, options?: LedgerOptions): Service =>
  createLedger(dependencies, options).service
