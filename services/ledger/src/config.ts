import { currencies } from '@micro/kernel'
import {
  readEnvironment,
  readSettings,
  type DatabaseConfig,
  type Environment,
  type ProcessConfig,
} from '@micro/service'

/** How the ledger service runs. */
export interface LedgerConfig {
  /** Currency of an account whose creator names none. */
  readonly defaultCurrency: string
}

/** Reads MICRO_DEFAULT_CURRENCY (usd). @throws ConfigurationError that names it when it is wrong */
export const readLedgerConfig = (env: Environment): LedgerConfig => {
  const { text, complain, done } = readSettings(env)
  const given = text('MICRO_DEFAULT_CURRENCY', 'usd')
  const defaultCurrency = given.toLowerCase()
  if (!currencies.has(defaultCurrency)) complain(`MICRO_DEFAULT_CURRENCY must be an ISO 4217 code, got '${given}'`)
  return done({ defaultCurrency })
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
