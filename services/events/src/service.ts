import { randomInt, randomUUID } from 'node:crypto'
import { eventsApi } from '@micro/contracts'
import type { Database } from '@micro/postgres'
import {
  createService,
  createStatus,
  databaseIdempotency,
  type Runtime,
  type Service,
  createAuditWork,
  type AuditClient,
  type AuditWork,
} from '@micro/service'
import { createAddressPolicy } from './addresses/address-policy.ts'
import { createGuard } from './addresses/guard.ts'
import { ownAddresses } from './addresses/own-addresses.ts'
import { createResolve, type Resolve } from './addresses/resolve.ts'
import { createCleanup, type Cleanup } from './cleanup.ts'
import type { EventsConfig } from './config.ts'
import { createResendToSessions } from './cli-sessions/cli-resend.work.ts'
import { cliSessionHandlers } from './cli-sessions/cli-session.http.ts'
import { deadLetterHandlers } from './dead-letters/dead-letter.http.ts'
import { createAttemptMetrics } from './deliveries/attempt-metrics.ts'
import { createAttempt } from './deliveries/attempt.work.ts'
import { createDeliverer, type Deliverer } from './deliveries/deliverer.work.ts'
import { deliveryHandlers } from './deliveries/delivery.http.ts'
import { createDisable } from './deliveries/disable.work.ts'
import { createRecorder } from './deliveries/recorder.work.ts'
import { resendHandlers } from './deliveries/resend.http.ts'
import { createSend } from './deliveries/send.work.ts'
import { testHandlers } from './deliveries/test.http.ts'
import { eventHandlers } from './event/event.http.ts'
import { ping } from './event/event.store.ts'
import { figuresHandlers } from './figures/figures.http.ts'
import { createIngest, type Source } from './ingest/ingest.events.ts'
import { createOwnEvents } from './ingest/own-events.ts'
import { createStoreArrival } from './ingest/store-arrival.ts'
import { createRetention, type Retention } from './retention/retention.work.ts'
import { sealedIdempotency } from './sealed-idempotency.ts'
import { measureDeadLetters, measurePendingDeliveries } from './status.store.ts'
import { createResealing, type Resealing } from './webhook-endpoints/resealing.work.ts'
import { endpointChecks, endpointHandlers } from './webhook-endpoints/webhook-endpoint.http.ts'

export interface EventsDependencies extends Runtime {
  readonly db: Database
  readonly config: EventsConfig
  /** Keeps the audit log. */
  readonly auth: AuditClient
  /** The producing services' outboxes, by service name. */
  readonly sources: Readonly<Record<string, Source>>
  /** Where Micro itself listens on this machine: no webhook goes there. */
  readonly ownPorts?: () => readonly number[]
  /** How names are looked up. */
  readonly resolve?: Resolve
}

/** The service with its background work laid open, so that tests can do one round of it at a time. */
export interface EventsParts {
  readonly service: Service
  readonly deliverer: Deliverer
  readonly cleanup: Cleanup
  readonly resealing: Resealing
  readonly retention: Retention
  readonly audit: AuditWork<'events'>
}

const randomMax = 2 ** 32
const random = (): number => randomInt(randomMax) / randomMax

export const createEvents = (deps: EventsDependencies): EventsParts => {
  const { db, config, auth, sources, ownPorts = () => [], resolve = createResolve(), ...runtime } = deps
  const { encryptionKeys } = config
  // A new name per start: a process that died holds its leases until they run out, and is never mistaken for its heir.
  const holder = randomUUID()
  const ingests = Object.entries(sources).map(([name, source]) =>
    createIngest({ ...runtime, ...config, db, name, source, holder }),
  )
  const policy = createAddressPolicy({ ...config.webhooks, ownPorts, ownAddresses })
  const guard = createGuard({ policy, resolve })
  const send = createSend({ guard })
  const audit = createAuditWork({ ...runtime, db, auth, service: 'events' })
  const base = { ...runtime, db, send, guard, encryptionKeys, audit }
  const count = createAttemptMetrics(runtime.metrics)
  const storeArrival = createStoreArrival(runtime)
  const disable = createDisable({ ...base, storeOwnEvent: createOwnEvents({ ...runtime, storeArrival }) })
  const deliverer = createDeliverer({
    ...base,
    count,
    attempt: createAttempt({ ...base, disable, count, random, record: createRecorder({ db }) }),
    concurrency: config.webhooks.concurrency,
    pollMs: config.pollMs,
  })
  const ring = (): void => deliverer.worker.ring()
  const cleanup = createCleanup({ ...base, retentionDays: config.webhooks.retentionDays })
  const retention = createRetention({ ...base, retentionDays: config.retentionDays })
  const resealing = createResealing(base)
  const idempotency = databaseIdempotency(base)
  const workers = [...ingests, deliverer.worker, cleanup.worker, retention.worker, resealing.worker, audit.worker]
  const lags = {
    deliveries: () => measurePendingDeliveries(db.sql),
    dead_letters: () => measureDeadLetters(db.sql),
  }
  const service = createService<typeof eventsApi>(
    {
      name: 'events',
      api: eventsApi,
      handlers: {
        ...eventHandlers({ ...base, retentionDays: config.retentionDays }),
        ...endpointHandlers(base),
        ...testHandlers(base),
        ...deliveryHandlers(base),
        ...figuresHandlers({ db }),
        ...resendHandlers({ ...base, ring, resendToSessions: createResendToSessions({ db, bus: runtime.bus }) }),
        ...cliSessionHandlers({ db }),
        ...deadLetterHandlers({ ...base, storeArrival }),
        getEventsStatus: createStatus({ service: 'events', db, lags, workers }),
      },
      checks: endpointChecks,
      workers,
      idempotency: encryptionKeys === undefined ? idempotency : sealedIdempotency(idempotency, encryptionKeys),
      ready: async () => {
        await ping(db.sql)
      },
      close: guard.close,
    },
    runtime,
  )
  return { service, deliverer, cleanup, resealing, retention, audit }
}

/**
 * The event store: takes every outbox in, orders events per merchant and mode, hands them out again, and delivers them to
 * webhook endpoints.
 */
export const eventsService = (deps: EventsDependencies): Service => createEvents(deps).service
