import { createClient, internalTransport } from '@micro/client'
import { paymentsApi } from '@micro/contracts'
import { runHosted } from '@micro/service/process'
import { readEventsProcess } from './config.ts'
import { hiddenFromPeople } from './hidden.ts'
import { eventsService } from './service.ts'

const schema = { migrations: new URL('../migrations/', import.meta.url), hidden: hiddenFromPeople }

await runHosted(
  'events',
  () => readEventsProcess(),
  async ({ runtime, signAsSelf, database, serve }, config) => {
    const db = await database(config.database, schema)
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
