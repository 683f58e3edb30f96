import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { hiddenFromPeople as hiddenOfAuth } from '@micro/auth'
import { hiddenFromPeople as hiddenOfEvents } from '@micro/events'
import { hiddenFromPeople as hiddenOfLedger } from '@micro/ledger'
import { hiddenFromPeople as hiddenOfPayments } from '@micro/payments'
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
export const storingServices = Object.keys(databaseNames) as StoringService[]

/** What of each people do not see. */
const hidden: Readonly<Record<StoringService, readonly string[]>> = {
  auth: hiddenOfAuth,
  payments: hiddenOfPayments,
  ledger: hiddenOfLedger,
  events: hiddenOfEvents,
}

// Entry and bundle lie equally deep (src/ and dist/), so this holds for both.
export const migrationsOf = (service: StoringService): string =>
  fileURLToPath(new URL(`../../../services/${service}/migrations/`, import.meta.url))

export interface Databases {
  readonly postgres: EmbeddedPostgres
  readonly of: Readonly<Record<StoringService, Database>>
  /** Resolves with a sentence when PostgreSQL ended without being asked to. */
  readonly failed: Promise<string>
  readonly close: () => Promise<void>
}

type Urls = Readonly<Record<'ownerUrl' | 'appUrl', string>>

const provision = (postgres: EmbeddedPostgres, service: StoringService): Promise<Urls> => {
  // New passwords at every start: nothing to store, nothing to leak.
  const passwords = { owner: randomBytes(24).toString('base64url'), app: randomBytes(24).toString('base64url') }
  const { superuserUrl } = postgres
  return provisionService({ superuserUrl, service, database: databaseNames[service], passwords })
}

const open = async (
  { nearestUrl }: EmbeddedPostgres,
  service: StoringService,
  { urls, observation }: { urls: Urls; observation: Observation },
): Promise<Database> => {
  const reader = { hidden: hidden[service] }
  await migrate({ url: urls.ownerUrl, schema: service, directory: migrationsOf(service), reader })
  return createDatabase({
    url: nearestUrl(urls.appUrl),
    applicationName: `micro ${service}`,
    poolSize: 10,
    observer: databaseObserver(observation.of(service)),
  })
}

/** Starts PostgreSQL in the data directory and makes every service's database ready to use. */
export const openDatabases = async (dataDir: string, observation: Observation): Promise<Databases> => {
  const postgres = await startEmbeddedPostgres({ directory: join(dataDir, 'postgres') })
  try {
    const urls = await Promise.all(storingServices.map((service) => provision(postgres, service)))
    await provisionReader({
      superuserUrl: postgres.superuserUrl,
      databases: storingServices.map((service) => ({ service, database: databaseNames[service] })),
    })
    const opened = await Promise.all(
      storingServices.map(
        async (service, at) => [service, await open(postgres, service, { urls: urls[at]!, observation })] as const,
      ),
    )
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
