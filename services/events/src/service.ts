import { randomUUID } from 'node:crypto'
import { eventsApi } from '@micro/contracts'
import type { Database } from '@micro/postgres'
import { createService, type Runtime, type Service } from '@micro/service'
import type { EventsConfig } from './config.ts'
import { eventHandlers } from './event/event.http.ts'
import { ping } from './event/event.store.ts'
import { createIngest, type Source } from './ingest/ingest.events.ts'

export interface EventsDependencies extends Runtime {
  readonly db: Database
  readonly config: EventsConfig
  /** The producing services' outboxes, by service name. */
  readonly sources: Readonly<Record<string, Source>>
}

/** The event store: takes every outbox in, orders events per merchant and mode, and hands them out again. */
export const eventsService = ({ db, config, sources, ...runtime }: EventsDependencies): Service => {
  // A new name per start: a process that died holds its leases until they run out, and is never mistaken for its heir.
  const holder = randomUUID()
  const workers = Object.entries(sources).map(([name, source]) =>
    createIngest({ ...runtime, ...config, db, name, source, holder }),
  )
  return createService(
    {
      name: 'events',
      api: eventsApi,
      handlers: eventHandlers({ db }),
      workers,
      ready: async () => {
        await ping(db.sql)
      },
    },
    runtime,
  )
}
