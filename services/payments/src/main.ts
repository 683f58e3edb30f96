import { createClient, internalTransport } from '@micro/client'
import { authApi, ledgerApi } from '@micro/contracts'
import { runHosted } from '@micro/service/process'
import { readPaymentsProcess } from './config.ts'
import { hiddenFromPeople } from './hidden.ts'
import { liveProcessors } from './processors/live.work.ts'
import { simulatorProcessor } from './processors/simulator.work.ts'
import { troubled } from './processors/trouble.ts'
import { paymentsService } from './service.ts'

const schema = { migrations: new URL('../migrations/', import.meta.url), hidden: hiddenFromPeople }

await runHosted(
  'payments',
  () => readPaymentsProcess(),
  async ({ runtime, signAsSelf, database, serve }, config) => {
    const db = await database(config.database, schema)
    const { traceparent } = runtime.traces
    const transport = (audience: 'auth' | 'ledger', url: string) =>
      internalTransport({ url, audience, sign: signAsSelf, traceparent })
    const ledger = createClient(ledgerApi, transport('ledger', config.ledgerUrl))
    const auth = createClient(authApi, transport('auth', config.authUrl))
    const processors = {
      test: troubled(simulatorProcessor({ db, clock: runtime.clock }), config.payments.simulator),
      live: liveProcessors({ db, clock: runtime.clock, keys: config.payments.encryptionKeys }),
    }
    const publicUrl = (): string => config.payments.publicUrl ?? 'http://127.0.0.1:8080'
    return serve(paymentsService({ ...runtime, db, config: config.payments, ledger, auth, processors, publicUrl }))
  },
)
