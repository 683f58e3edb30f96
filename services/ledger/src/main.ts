import { runHosted } from '@micro/service/process'
import { readLedgerProcess } from './config.ts'
import { hiddenFromPeople } from './hidden.ts'
import { ledgerService } from './service.ts'

const schema = { migrations: new URL('../migrations/', import.meta.url), hidden: hiddenFromPeople }

await runHosted(
  'ledger',
  () => readLedgerProcess(),
  async ({ runtime, database, serve }, config) => {
    const db = await database(config.database, schema)
    return serve(ledgerService({ ...runtime, db, config: config.ledger }, { connections: config.database.poolSize }))
  },
)
