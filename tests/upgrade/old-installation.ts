/** Makes a data directory as an older version left it, from the text kept of it. */
import { generateKeyPairSync } from 'node:crypto'
import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { migrate, provisionService, withClient, type EmbeddedPostgres } from '@micro/postgres'
import type { Person } from '../../scripts/snapshot/story.ts'

export const databases = { auth: 'microservices', payments: 'payments', ledger: 'ledger', events: 'events' } as const
export type Service = keyof typeof databases
export const services = Object.keys(databases) as Service[]

export interface Snapshot {
  readonly version: string
  /** By service, the checksum of each migration it had. */
  readonly migrations: Readonly<Record<Service, Readonly<Record<string, string>>>>
  readonly secrets: Readonly<Record<string, unknown>>
  readonly people: readonly Person[]
}

const folderOf = (version: string): string => fileURLToPath(new URL(`${version}/`, import.meta.url))
export const migrationsOf = (service: Service): string =>
  fileURLToPath(new URL(`../../services/${service}/migrations/`, import.meta.url))

/** The versions whose data is kept, oldest first. */
export const keptVersions = async (): Promise<string[]> =>
  (await readdir(new URL('./', import.meta.url), { withFileTypes: true }))
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true }))

export const readSnapshot = async (version: string): Promise<Snapshot> =>
  JSON.parse(await readFile(join(folderOf(version), 'snapshot.json'), 'utf8')) as Snapshot

type Client = Parameters<Parameters<typeof withClient>[1]>[0]

const rowsOf = async <Row>(client: Client, text: string, values: unknown[] = []): Promise<Row[]> =>
  (await client.query(text, values)).rows as Row[]

/** Moves every time in the rows so far that the newest is now: the upgrade comes right after, however old the text is. */
const moveToThePresent = async (client: Client, schema: string): Promise<void> => {
  const columns = await rowsOf<{ table: string; name: string }>(
    client,
    `select table_name as table, column_name as name from information_schema.columns
     where table_schema = $1 and data_type = 'timestamp with time zone' and table_name <> 'migrations'`,
    [schema],
  )
  const made = columns.filter(({ name }) => name === 'created_at')
  const newest = made.map(({ table }) => `select max(created_at) as at from ${schema}.${table}`).join(' union all ')
  await client.query(`create temporary table age as select now() - max(at) as age from (${newest}) every_table`)
  for (const [table, own] of Map.groupBy(columns, (column) => column.table)) {
    const moved = own.map(({ name }) => `"${name}" = "${name}" + (select age from age)`)
    await client.query(`update ${schema}.${table} set ${moved.join(', ')}`)
  }
}

/** Puts rows in place as they are: what checks and computes at each insert has done so once already. */
const loadRows = async (url: string, schema: string, text: string): Promise<void> =>
  withClient({ url, applicationName: 'upgrade test' }, async (client) => {
    const triggers = await rowsOf<{ table: string; name: string; enabled: string }>(
      client,
      `select c.relname as table, t.tgname as name, t.tgenabled as enabled from pg_trigger t
       join pg_class c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace
       where n.nspname = $1 and not t.tgisinternal`,
      [schema],
    )
    await client.query('begin')
    await client.query('set local session_replication_role = replica')
    for (const { table, name } of triggers) await client.query(`alter table ${schema}.${table} disable trigger ${name}`)
    // What the migrations themselves put in is among the rows that are kept.
    const tables = await rowsOf<{ name: string }>(
      client,
      `select tablename as name from pg_tables where schemaname = $1 and tablename <> 'migrations'`,
      [schema],
    )
    for (const { name } of tables) await client.query(`delete from ${schema}.${name}`)
    await client.query(text)
    await moveToThePresent(client, schema)
    for (const { table, name, enabled } of triggers)
      await client.query(`alter table ${schema}.${table} enable ${enabled === 'A' ? 'always' : ''} trigger ${name}`)
    await client.query('commit')
  })

/** A folder with only the migrations the old version had. */
const oldMigrations = async (service: Service, { migrations }: Snapshot, aside: string): Promise<string> => {
  const folder = join(aside, service)
  await mkdir(folder, { recursive: true })
  for (const name of Object.keys(migrations[service])) await cp(join(migrationsOf(service), name), join(folder, name))
  return folder
}

export interface OldDatabase {
  readonly ownerUrl: string
  /** The migrations of the old version. */
  readonly migrations: string
}

/** Creates one service's database as the old version had it, rows and all. */
export const openOldDatabase = async (
  postgres: EmbeddedPostgres,
  service: Service,
  { snapshot, aside }: { snapshot: Snapshot; aside: string },
): Promise<OldDatabase> => {
  const { superuserUrl } = postgres
  const database = databases[service]
  const passwords = { owner: 'owner', app: 'app' }
  const { ownerUrl } = await provisionService({ superuserUrl, service, database, passwords })
  const migrations = await oldMigrations(service, snapshot, aside)
  await migrate({ url: ownerUrl, schema: service, directory: migrations })
  const text = await readFile(join(folderOf(snapshot.version), `${service}.sql`), 'utf8')
  await loadRows(superuserUrl(database), service, text)
  return { ownerUrl, migrations }
}

/** A private key has no place in a repository, and nothing that is kept was signed: a new pair takes the name of the old. */
const withKeyPair = (_name: string, value: unknown): unknown => {
  if (value === null || typeof value !== 'object' || !('kty' in value)) return value
  const { x, d } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' })
  return { ...value, x, d }
}

export const writeSecrets = async (dataDir: string, { secrets }: Snapshot): Promise<void> => {
  await mkdir(join(dataDir, 'secrets'), { mode: 0o700 })
  for (const [name, value] of Object.entries(secrets))
    await writeFile(join(dataDir, 'secrets', name), JSON.stringify(value, withKeyPair), { mode: 0o600 })
}
