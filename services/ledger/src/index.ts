export { readLedgerConfig, type LedgerConfig } from './config.ts'
export { hiddenFromPeople } from './hidden.ts'
export { ledgerService, type LedgerDependencies } from './service.ts'
