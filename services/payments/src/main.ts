import { createClient, internalTransport } from '@micro/client'
import { ledgerApi } from '@micro/contracts'
import { runHosted } from '@micro/service/process'
import { readPaymentsProcess } from './config.ts'
import { hiddenFromPeople } from './hidden.ts'
import { simulatorProcessor } from './processors/simulator.work.ts'
import { paymentsService } from './service.ts'

const schema = { migrations: new URL('../migrations/', import.meta.url), hidden: hiddenFromPeople }

await runHosted(
  'payments',
  () => readPaymentsProcess(),
  async ({ runtime, signAsSelf, database, serve }, config) => {
    const db = await database(config.database, schema)
    const ledger = createClient(
      ledgerApi,
      internalTransport({
        url: config.ledgerUrl,
        audience: 'ledger',
        sign: signAsSelf,
        traceparent: runtime.traces.traceparent,
      }),
    )
    const processors = { test: simulatorProcessor({ db, clock: runtime.clock }), live: undefined }
    return serve(paymentsService({ ...runtime, db, config: config.payments, ledger, processors }))
  },
)
