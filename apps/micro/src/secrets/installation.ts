import type { ServiceName } from '@micro/contracts'

/** What a distributed installation consists of, as far as its secrets care; compose.yaml starts the same. */
export const services = ['gateway', 'auth', 'payments', 'ledger', 'events'] as const satisfies readonly ServiceName[]

/** Who calls whom: each service is given the public keys of its callers and no others. */
export const callers: Readonly<Record<ServiceName, readonly ServiceName[]>> = {
  gateway: [],
  auth: ['gateway', 'payments', 'events'],
  payments: ['gateway', 'events'],
  ledger: ['gateway', 'payments', 'events'],
  events: ['gateway'],
}

/** The database of each service that has one. */
export const databases: Readonly<Partial<Record<ServiceName, string>>> = {
  auth: 'microservices',
  payments: 'payments',
  ledger: 'ledger',
  events: 'events',
}

/** Those that store what must be read again, and so seal it. */
export const sealing: readonly ServiceName[] = ['payments', 'events']

/** The file with a service's secrets, for `node --env-file`, below the installation's folder. */
export const envPath = (service: ServiceName): string => `${service}/env`

/** Names in these files. */
export const names = {
  database: 'DB_DSN',
  migrations: 'MIGRATE_DSN',
  redis: 'REDIS_URL',
  privateKey: 'MICRO_TOKEN_PRIVATE_KEY',
  publicKeys: 'MICRO_TOKEN_PUBLIC_KEYS',
  auth: 'MICRO_AUTH_SECRETS',
  encryption: 'MICRO_ENCRYPTION_KEYS',
  checkpoint: 'MICRO_CHECKPOINT_KEYS',
} as const
