import { currencies } from '@micro/kernel'

/** How the ledger service runs. */
export interface LedgerConfig {
  /** Currency of an account whose creator names none. */
  readonly defaultCurrency: string
}

/** Reads the service's settings. @throws Error that names every setting that is wrong. */
export const readLedgerConfig = (env: Readonly<Record<string, string | undefined>>): LedgerConfig => {
  const given = env['MICRO_DEFAULT_CURRENCY']
  const defaultCurrency = given === undefined || given === '' ? 'usd' : given.toLowerCase()
  if (!currencies.has(defaultCurrency)) {
    throw new Error(`The ledger service cannot start: MICRO_DEFAULT_CURRENCY must be an ISO 4217 code, got '${given}'.`)
  }
  return Object.freeze({ defaultCurrency })
}
