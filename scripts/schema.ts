// Writes services/*/schema.sql: what the migrations make of an empty PostgreSQL. With --check only compares.
import { access, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  createDatabase,
  dumpSchema,
  migrate,
  provisionService,
  startEmbeddedPostgres,
  type EmbeddedPostgres,
} from '@micro/postgres'

const services = ['auth', 'payments', 'ledger', 'events'] as const
const folderOf = (service: string): URL => new URL(`../services/${service}/`, import.meta.url)
const exists = (path: URL): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  )

const schemaOf = async (postgres: EmbeddedPostgres, service: string): Promise<string> => {
  const { superuserUrl } = postgres
  const { ownerUrl } = await provisionService({
    superuserUrl,
    service,
    database: service,
    passwords: { owner: 'owner', app: 'app' },
  })
  await migrate({ url: ownerUrl, schema: service, directory: new URL('migrations/', folderOf(service)) })
  const database = createDatabase({ url: superuserUrl(service), applicationName: 'schema dump', poolSize: 2 })
  try {
    return `-- Written by make schema from the migrations, for reading and for review. Not for running.\n\n${await dumpSchema(database, service)}`
  } finally {
    await database.close()
  }
}

const directory = await mkdtemp(join(tmpdir(), 'micro-schema-'))
const postgres = await startEmbeddedPostgres({ directory, durable: false })
try {
  for (const service of services) {
    if (!(await exists(new URL('migrations/', folderOf(service))))) continue
    const target = new URL('schema.sql', folderOf(service))
    const text = `${(await schemaOf(postgres, service)).trimEnd()}\n`
    const current = await readFile(target, 'utf8').catch(() => '')
    if (!process.argv.includes('--check')) await writeFile(target, text)
    else if (current !== text) {
      console.error(`services/${service}/schema.sql does not match its migrations. Write it anew with: make schema`)
      process.exitCode = 1
    }
  }
} finally {
  await postgres.stop()
  await rm(directory, { recursive: true, force: true })
}
