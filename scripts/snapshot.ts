/**
 * Keeps the data of this version as text, for the upgrade tests of later ones: starts an installation, lets two
 * merchants use it, and writes its rows, its test secrets and what its users know to `tests/upgrade/<version>/`.
 * Run once, when a version is released: make snapshot
 */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createDatabase, readMigrations, startEmbeddedPostgres, type Database } from '@micro/postgres'
import { micro } from '../tests/e2e/harness.ts'
import manifest from '../package.json' with { type: 'json' }
import { dumpRows } from './snapshot/dump.ts'
import { live } from './snapshot/story.ts'

const databases = { auth: 'microservices', payments: 'payments', ledger: 'ledger', events: 'events' } as const
const target = fileURLToPath(new URL(`../tests/upgrade/${manifest.version}/`, import.meta.url))

/** As if its process had been killed between the processor's answer and ours: nobody can be made to do so on time. */
const leaveUnfinished = (payments: Database, intent: string) => payments.sql`
  with intent as (
    update payments.payment_intents set status = 'processing', latest_charge = 'ch_' || substr(id, 4)
    where id = ${intent} returning *
  )
  insert into payments.charges (id, merchant, mode, payment_intent, amount, currency, payment_method, status,
    request_id, answer_status, leased_until, created_at)
  select latest_charge, merchant, mode, id, amount, currency, payment_method, 'pending', 'req_killed', 200,
    created_at + interval '15 seconds', created_at
  from intent`

/** Without the halves of signing keys: a private key has no place in a repository, and whoever needs a pair makes one. */
const withoutKeyPair = (_name: string, value: unknown): unknown => {
  if (value === null || typeof value !== 'object' || !('kty' in value)) return value
  return Object.fromEntries(Object.entries(value).filter(([name]) => name !== 'x' && name !== 'd'))
}

try {
  await mkdir(target)
} catch {
  // The data of a released version never changes; another version has another folder.
  console.error(`${target} is there already.`)
  process.exit(1)
}
const directory = await mkdtemp(join(tmpdir(), 'micro-snapshot-'))
try {
  const platform = await micro({ dataDir: directory })
  const people = [
    await live(platform.url, { email: 'ada@example.com', password: 'securepassword' }),
    await live(platform.url, { email: 'grace@example.com', password: 'correct horse battery' }),
  ]
  await platform.stop()

  const postgres = await startEmbeddedPostgres({ directory: join(directory, 'postgres') })
  const migrations: Record<string, object> = {}
  for (const service of ['auth', 'payments', 'ledger', 'events'] as const) {
    const db = createDatabase({ url: postgres.superuserUrl(databases[service]), applicationName: 'snapshot' })
    if (service === 'payments') for (const { intents } of people) await leaveUnfinished(db, intents['unfinished'] ?? '')
    const folder = new URL(`../services/${service}/migrations/`, import.meta.url)
    migrations[service] = Object.fromEntries(
      (await readMigrations(folder)).map(({ name, checksum }) => [name, checksum]),
    )
    const head = `-- The rows of schema ${service} as Micro ${manifest.version} left them, written by scripts/snapshot.ts.\n\n`
    await writeFile(join(target, `${service}.sql`), head + (await dumpRows(db, service)))
    await db.close()
  }
  await postgres.stop()
  const secrets: Record<string, unknown> = {}
  for (const name of (await readdir(join(directory, 'secrets'))).toSorted())
    secrets[name] = JSON.parse(await readFile(join(directory, 'secrets', name), 'utf8'), withoutKeyPair)
  const snapshot = { version: manifest.version, migrations, secrets, people }
  await writeFile(join(target, 'snapshot.json'), `${JSON.stringify(snapshot, null, 2)}\n`)
  console.log(`Wrote ${target}`)
} finally {
  await rm(directory, { recursive: true, force: true, maxRetries: 5 })
}
