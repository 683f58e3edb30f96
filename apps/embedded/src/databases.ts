import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { databaseObserver, type Observation } from '@micro/service'
import {
  createDatabase,
  migrate,
  provisionReader,
  provisionService,
  startEmbeddedPostgres,
  type Database,
  type EmbeddedPostgres,
} from '@micro/postgres'

/** Database of each service that has one; the names are the original system's. */
export const databaseNames = {
  auth: 'microservices',
  payments: 'payments',
  ledger: 'ledger',
  events: 'events',
} as const
export type StoringService = keyof typeof databaseNames
const services = Object.keys(databaseNames) as StoringService[]

/** What people may look at but never read: columns that hold hashes of secrets, and idempotency keys' stored answers. */
const hiddenFromReaders: Readonly<Record<StoringService, readonly string[]>> = {
  auth: ['users.password_hash', 'api_keys.hash', 'refresh_tokens', 'login_attempts', 'invitations.hash'],
  payments: ['idempotency_keys'],
  ledger: [],
  events: [],
}

// Entry and bundle lie equally deep (src/ and dist/), so this holds for both.
const migrationsOf = (service: StoringService): string =>
  fileURLToPath(new URL(`../../../services/${service}/migrations/`, import.meta.url))

export interface Databases {
  readonly postgres: EmbeddedPostgres
  readonly of: Readonly<Record<StoringService, Database>>
  /** Resolves with a sentence when PostgreSQL ended without being asked to. */
  readonly failed: Promise<string>
  readonly close: () => Promise<void>
}

const prepare = async (
  postgres: EmbeddedPostgres,
  service: StoringService,
  observation: Observation,
): Promise<Database> => {
  const database = databaseNames[service]
  // New passwords at every start: nothing to store, nothing to leak.
  const passwords = { owner: randomBytes(24).toString('base64url'), app: randomBytes(24).toString('base64url') }
  const { ownerUrl, appUrl } = await provisionService({
    superuserUrl: postgres.superuserUrl,
    service,
    database,
    passwords,
  })
  await migrate({ url: ownerUrl, schema: service, directory: migrationsOf(service) })
  return createDatabase({
    url: postgres.nearestUrl(appUrl),
    applicationName: `micro ${service}`,
    poolSize: 10,
    observer: databaseObserver(observation.of(service)),
  })
}

/** Starts PostgreSQL in the data directory and makes every service's database ready to use. */
export const openDatabases = async (dataDir: string, observation: Observation): Promise<Databases> => {
  const postgres = await startEmbeddedPostgres({ directory: join(dataDir, 'postgres') })
  try {
    const opened = await Promise.all(
      services.map(async (service) => [service, await prepare(postgres, service, observation)] as const),
    )
    await provisionReader({
      superuserUrl: postgres.superuserUrl,
      databases: services.map((service) => ({
        service,
        database: databaseNames[service],
        hidden: [...hiddenFromReaders[service]],
      })),
    })
    const of = Object.fromEntries(opened) as Record<StoringService, Database>
    return {
      postgres,
      of,
      failed: postgres.exited.then(
        () => 'PostgreSQL ended unexpectedly. Everything acknowledged is safe; start Micro again.',
      ),
      close: async () => {
        await Promise.all(Object.values(of).map((database) => database.close()))
        await postgres.stop()
      },
    }
  } catch (error) {
    await postgres.stop()
    throw error
  }
}
