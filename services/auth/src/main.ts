import { runHosted } from '@micro/service/process'
import { readAuthProcess } from './config.ts'
import { hiddenFromPeople } from './hidden.ts'
import { authService } from './service.ts'

const schema = { migrations: new URL('../migrations/', import.meta.url), hidden: hiddenFromPeople }

await runHosted(
  'auth',
  () => readAuthProcess(),
  async ({ runtime, database, serve }, config) => {
    const db = await database(config.database, schema)
    return serve(authService({ ...runtime, db, config: config.auth }))
  },
)
