import {
  readEnvironment,
  readSettings,
  type DatabaseConfig,
  type Environment,
  type ProcessConfig,
} from '@micro/service'

/** How the events service runs. Times in milliseconds. */
export interface EventsConfig {
  /** Rows taken from an outbox at once. */
  readonly batchMax: number
  /** How long a reader that fell silent keeps an outbox from others. */
  readonly leaseMs: number
  /** How often an outbox is looked at when nothing rings. */
  readonly pollMs: number
}

/** The configuration of an installation whose environment says nothing else. */
export const defaultEventsConfig: EventsConfig = Object.freeze({ batchMax: 500, leaseMs: 5_000, pollMs: 1_000 })

/**
 * Reads MICRO_EVENTS_BATCH, MICRO_EVENTS_LEASE_MS and MICRO_EVENTS_POLL_MS.
 * @throws ConfigurationError that names every setting that is wrong
 */
export const readEventsConfig = (env: Environment): EventsConfig => {
  const { integer, done } = readSettings(env)
  const { batchMax, leaseMs, pollMs } = defaultEventsConfig
  return done({
    batchMax: integer('MICRO_EVENTS_BATCH', { fallback: batchMax, min: 1, max: 1_000 }),
    leaseMs: integer('MICRO_EVENTS_LEASE_MS', { fallback: leaseMs, min: 1_000, max: 60_000 }),
    pollMs: integer('MICRO_EVENTS_POLL_MS', { fallback: pollMs, min: 50, max: 60_000 }),
  })
}

/** How the events service runs as a process of its own. */
export interface EventsProcessConfig {
  readonly process: ProcessConfig
  readonly database: DatabaseConfig
  readonly events: EventsConfig
  readonly paymentsUrl: string
}

/** Reads the environment of the process. @throws ConfigurationError that names everything that is wrong */
export const readEventsProcess = (env: Environment = process.env): EventsProcessConfig => {
  const settings = readEnvironment(env)
  return settings.done({
    process: settings.process({ port: 8084 }),
    database: settings.database(),
    events: settings.including(() => readEventsConfig(env)),
    paymentsUrl: settings.peer('payments', 8082),
  })
}
