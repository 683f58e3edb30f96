import { createClient, internalTransport } from '@micro/client'
import { paymentsApi } from '@micro/contracts'
import { runHosted } from '@micro/service/process'
import { readEventsProcess } from './config.ts'
import { eventsService } from './service.ts'

const migrations = new URL('../migrations/', import.meta.url)

await runHosted(
  'events',
  () => readEventsProcess(),
  async ({ runtime, signAsSelf, database, serve }, config) => {
    const db = await database(config.database, migrations)
    const payments = createClient(
      paymentsApi,
      internalTransport({
        url: config.paymentsUrl,
        audience: 'payments',
        sign: signAsSelf,
        traceparent: runtime.traces.traceparent,
      }),
    )
    return serve(eventsService({ ...runtime, db, config: config.events, sources: { payments } }))
  },
)
