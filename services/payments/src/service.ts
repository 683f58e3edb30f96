import { paymentsApi } from '@micro/contracts'
import type { Database } from '@micro/postgres'
import {
  createService,
  databaseIdempotency,
  outboxHandlers,
  watchOutbox,
  type Runtime,
  type Service,
} from '@micro/service'
import { watchCharges, watchedProcessors } from './charges/charge-metrics.ts'
import { createCompleter, type Completer } from './charges/charge.completer.ts'
import { createChargeWork, type ChargeDependencies } from './charges/charge.work.ts'
import { createCleanup, type Cleanup } from './cleanup.ts'
import type { PaymentsConfig } from './config.ts'
import { createConfirmWork } from './payment-intents/confirm.work.ts'
import { paymentIntentChecks } from './payment-intents/payment-intent.checks.ts'
import { paymentIntentHandlers } from './payment-intents/payment-intent.http.ts'
import { createPostingWork, type LedgerClient, type PostingWork } from './posting/posting.work.ts'
import type { Processors } from './processors/processor.ts'
import { pingDatabase } from './ready.store.ts'

export type PaymentsDependencies = Runtime & {
  readonly db: Database
  readonly config: PaymentsConfig
  readonly ledger: LedgerClient
  readonly processors: Processors
}

/** The service with its background work laid open, so that tests can do one round of it at a time. */
export interface PaymentsParts {
  readonly service: Service
  readonly completer: Completer
  readonly postings: PostingWork
  readonly cleanup: Cleanup
}

export const createPayments = (deps: PaymentsDependencies): PaymentsParts => {
  const { db } = deps
  watchCharges(deps)
  watchOutbox(deps)
  const postings = createPostingWork(deps)
  const chargeDeps: ChargeDependencies = { ...deps, processors: watchedProcessors(deps.processors, deps), postings }
  const charges = createChargeWork(chargeDeps)
  const completer = createCompleter(chargeDeps, charges)
  const cleanup = createCleanup(deps)
  const service = createService(
    {
      name: 'payments',
      api: paymentsApi,
      handlers: {
        ...paymentIntentHandlers(chargeDeps, createConfirmWork(chargeDeps, charges)),
        ...outboxHandlers(deps),
      },
      checks: paymentIntentChecks,
      workers: [completer.worker, postings.worker, cleanup.worker],
      idempotency: databaseIdempotency(deps),
      ready: async () => void (await pingDatabase(db.sql)),
      close: postings.drain,
    },
    deps,
  )
  return { service, completer, postings, cleanup }
}

/** Payment intents and charges; posts what succeeded to the ledger and offers its events by its outbox. */
export const paymentsService = (deps: PaymentsDependencies): Service => createPayments(deps).service
