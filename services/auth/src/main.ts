import { runHosted } from '@micro/service/process'
import { readAuthProcess } from './config.ts'
import { authService } from './service.ts'

const migrations = new URL('../migrations/', import.meta.url)

await runHosted(
  'auth',
  () => readAuthProcess(),
  async ({ runtime, database, serve }, config) => {
    const db = await database(config.database, migrations)
    return serve(authService({ ...runtime, db, config: config.auth }))
  },
)
