export { readLedgerConfig, type LedgerConfig } from './config.ts'
export { ledgerService, type LedgerDependencies } from './service.ts'
