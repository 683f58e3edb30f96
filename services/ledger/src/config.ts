import { isAbsolute } from 'node:path'
import { currencies } from '@micro/kernel'
import {
  readEnvironment,
  readSettings,
  type DatabaseConfig,
  type Environment,
  type ProcessConfig,
} from '@micro/service'
import { parseCheckpointKeys, type Rotating, type SigningJwk } from '@micro/signing'

/** How heads of books are signed. */
export interface CheckpointConfig {
  readonly keys: Rotating<SigningJwk>
  /** A file outside the database that each is added to; undefined: none. */
  readonly file: string | undefined
  /** Made without being asked for, where there is news: after so many transactions, or so long. */
  readonly everyTransactions: number
  readonly everyMs: number
}

/** How the ledger service runs. */
export interface LedgerConfig {
  /** Currency of an account whose creator names none. */
  readonly defaultCurrency: string
  readonly checkpoints: CheckpointConfig
  /** How long after a book was verified whole it is begun again; what is new is verified at once. */
  readonly verifyEveryMs: number
}

const minuteMs = 60_000
const hourMs = 60 * minuteMs

/** What an installation keeps apart from the environment; what is undefined is looked for there. */
export interface LedgerPlaces {
  readonly checkpointKeys?: string | undefined
  readonly checkpointsFile?: string | undefined
}

/**
 * Reads MICRO_DEFAULT_CURRENCY (usd), MICRO_CHECKPOINT_TRANSACTIONS (10000), MICRO_CHECKPOINT_MINUTES (60),
 * MICRO_CHECKPOINTS_FILE and MICRO_VERIFY_HOURS (24). The keys are the text that `createCheckpointKeys` of signing
 * made, from wherever the caller keeps it, else from MICRO_CHECKPOINT_KEYS.
 * @throws ConfigurationError that names everything that is wrong, without the keys
 */
export const readLedgerConfig = (env: Environment, places: LedgerPlaces = {}): LedgerConfig => {
  const { text, integer, complain, done } = readSettings(env)

  const readKeys = (): Rotating<SigningJwk> | undefined => {
    const given = places.checkpointKeys ?? env['MICRO_CHECKPOINT_KEYS']?.trim() ?? ''
    if (given === '') {
      complain('MICRO_CHECKPOINT_KEYS is missing; "micro secrets init" adds it to the secrets of an installation')
      return undefined
    }
    try {
      return parseCheckpointKeys(given)
    } catch (error) {
      complain(`MICRO_CHECKPOINT_KEYS cannot be used: ${(error as Error).message}`)
      return undefined
    }
  }

  const given = text('MICRO_DEFAULT_CURRENCY', 'usd')
  const defaultCurrency = given.toLowerCase()
  if (!currencies.has(defaultCurrency)) complain(`MICRO_DEFAULT_CURRENCY must be an ISO 4217 code, got '${given}'`)
  const file = text('MICRO_CHECKPOINTS_FILE', '')
  // Whoever looks for it later need not know where the process was started.
  if (file !== '' && !isAbsolute(file)) complain(`MICRO_CHECKPOINTS_FILE must be an absolute path, got '${file}'`)
  return done({
    defaultCurrency,
    checkpoints: {
      // Without keys there is a complaint, and `done` throws.
      keys: readKeys() as Rotating<SigningJwk>,
      file: file === '' ? places.checkpointsFile : file,
      everyTransactions: integer('MICRO_CHECKPOINT_TRANSACTIONS', { fallback: 10_000, min: 1, max: 999_999_999 }),
      everyMs: integer('MICRO_CHECKPOINT_MINUTES', { fallback: 60, min: 1, max: 525_600 }) * minuteMs,
    },
    verifyEveryMs: integer('MICRO_VERIFY_HOURS', { fallback: 24, min: 1, max: 8_760 }) * hourMs,
  })
}

/** How the ledger service runs as a process of its own. */
export interface LedgerProcessConfig {
  readonly process: ProcessConfig
  readonly database: DatabaseConfig
  readonly ledger: LedgerConfig
}

/** Reads the environment of the process. @throws ConfigurationError that names everything that is wrong */
export const readLedgerProcess = (env: Environment = process.env): LedgerProcessConfig => {
  const settings = readEnvironment(env)
  return settings.done({
    process: settings.process({ port: 8083 }),
    database: settings.database(),
    ledger: settings.including(() => readLedgerConfig(env)),
  })
}
