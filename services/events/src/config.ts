import {
  readEnvironment,
  readSettings,
  type DatabaseConfig,
  type Environment,
  type ProcessConfig,
} from '@micro/service'
import { parseEncryptionKeys, type EncryptionKey, type Rotating } from '@micro/signing'
import { parseNetwork, type Network } from './addresses/address.ts'

/** How the events service runs. Times in milliseconds. */
export interface EventsConfig {
  /** Rows taken from an outbox at once. */
  readonly batchMax: number
  /** How long a reader that fell silent keeps an outbox from others. */
  readonly leaseMs: number
  /** How often an outbox is looked at when nothing rings. */
  readonly pollMs: number
  /** Seal the secrets of webhook endpoints. Undefined: none can be made. */
  readonly encryptionKeys: Rotating<EncryptionKey> | undefined
  /** How long events are kept, at least. */
  readonly retentionDays: number
  readonly webhooks: {
    /** Where webhooks may go besides what is public. */
    readonly networks: readonly Network[]
    /** Whether they may go to this machine. */
    readonly loopback: boolean
    /** Requests under way at a time, of one process. */
    readonly concurrency: number
    /** How long what was delivered, and each request, is kept. */
    readonly retentionDays: number
  }
}

/** The configuration of an installation whose environment says nothing else. */
export const defaultEventsConfig: EventsConfig = Object.freeze({
  batchMax: 500,
  leaseMs: 5_000,
  pollMs: 1_000,
  encryptionKeys: undefined,
  retentionDays: 30,
  webhooks: Object.freeze({ networks: [], loopback: false, concurrency: 128, retentionDays: 30 }),
})

const isNetworkWord = (item: string): boolean =>
  item === 'none' || item === 'loopback' || parseNetwork(item) !== undefined

/**
 * Reads MICRO_EVENTS_BATCH, MICRO_EVENTS_LEASE_MS, MICRO_EVENTS_POLL_MS, MICRO_WEBHOOK_NETWORKS (`loopback`, or networks
 * such as 10.1.0.0/16; default none), MICRO_WEBHOOK_CONCURRENCY (4 to 1024, default 128), MICRO_WEBHOOK_RETENTION_DAYS (1 to
 * 400, default 30) and MICRO_EVENTS_RETENTION_DAYS (7 to 400, default 30: no delivery is tried for as long as 7). The encryption keys are the text that `createEncryptionKeys` of signing made, from wherever the
 * caller keeps it, else from MICRO_ENCRYPTION_KEYS.
 * @throws ConfigurationError that names every setting that is wrong
 */
export const readEventsConfig = (env: Environment, encryptionKeysJson = env['MICRO_ENCRYPTION_KEYS']): EventsConfig => {
  const { integer, list, complain, done } = readSettings(env)
  const { batchMax, leaseMs, pollMs, retentionDays, webhooks } = defaultEventsConfig
  const encryption = (): Rotating<EncryptionKey> | undefined => {
    if (encryptionKeysJson === undefined || encryptionKeysJson === '') return undefined
    try {
      return parseEncryptionKeys(encryptionKeysJson)
    } catch (error) {
      complain(`the encryption keys (MICRO_ENCRYPTION_KEYS) cannot be used: ${(error as Error).message}`)
      return undefined
    }
  }
  const allowed = list('MICRO_WEBHOOK_NETWORKS', {
    check: isNetworkWord,
    expected: 'loopback, none, or networks such as 10.1.0.0/16',
  })
  return done({
    batchMax: integer('MICRO_EVENTS_BATCH', { fallback: batchMax, min: 1, max: 1_000 }),
    leaseMs: integer('MICRO_EVENTS_LEASE_MS', { fallback: leaseMs, min: 1_000, max: 60_000 }),
    pollMs: integer('MICRO_EVENTS_POLL_MS', { fallback: pollMs, min: 50, max: 60_000 }),
    encryptionKeys: encryption(),
    retentionDays: integer('MICRO_EVENTS_RETENTION_DAYS', { fallback: retentionDays, min: 7, max: 400 }),
    webhooks: Object.freeze({
      networks: allowed.map((item) => parseNetwork(item)).filter((network) => network !== undefined),
      loopback: allowed.includes('loopback'),
      concurrency: integer('MICRO_WEBHOOK_CONCURRENCY', { fallback: webhooks.concurrency, min: 4, max: 1_024 }),
      retentionDays: integer('MICRO_WEBHOOK_RETENTION_DAYS', { fallback: webhooks.retentionDays, min: 1, max: 400 }),
    }),
  })
}

/** How the events service runs as a process of its own. */
export interface EventsProcessConfig {
  readonly process: ProcessConfig
  readonly database: DatabaseConfig
  readonly events: EventsConfig
  readonly authUrl: string
  readonly paymentsUrl: string
  readonly ledgerUrl: string
}

/** Reads the environment of the process. @throws ConfigurationError that names everything that is wrong */
export const readEventsProcess = (env: Environment = process.env): EventsProcessConfig => {
  const settings = readEnvironment(env)
  return settings.done({
    process: settings.process({ port: 8084 }),
    database: settings.database(),
    events: settings.including(() => readEventsConfig(env)),
    authUrl: settings.peer('auth', 8081),
    paymentsUrl: settings.peer('payments', 8082),
    ledgerUrl: settings.peer('ledger', 8083),
  })
}
