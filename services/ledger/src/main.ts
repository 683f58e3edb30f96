import { runHosted } from '@micro/service/process'
import { readLedgerProcess } from './config.ts'
import { ledgerService } from './service.ts'

const migrations = new URL('../migrations/', import.meta.url)

await runHosted(
  'ledger',
  () => readLedgerProcess(),
  async ({ runtime, database, serve }, config) => {
    const db = await database(config.database, migrations)
    return serve(ledgerService({ ...runtime, db, config: config.ledger }))
  },
)
