import { createClient, internalTransport } from '@micro/client'
import { authApi, ledgerApi, paymentsApi } from '@micro/contracts'
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
    const transport = (audience: 'auth' | 'payments' | 'ledger', url: string) =>
      internalTransport({ url, audience, sign: signAsSelf, traceparent: runtime.traces.traceparent })
    const auth = createClient(authApi, transport('auth', config.authUrl))
    const sources = {
      payments: createClient(paymentsApi, transport('payments', config.paymentsUrl)),
      ledger: createClient(ledgerApi, transport('ledger', config.ledgerUrl)),
    }
    const { port, observe } = config.process
    const ownPorts = (): readonly number[] => [port, observe.listen?.port ?? 0]
    return serve(eventsService({ ...runtime, db, config: config.events, auth, sources, ownPorts }))
  },
)
