import { currencies } from '@micro/kernel'
import { readSettings, type Environment } from '@micro/service'

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
