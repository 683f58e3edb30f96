import type { Tenant } from '@micro/contracts'

/** Whose ledger: one merchant's, in one mode. Nothing in this service is found without it. */
export type BookKey = Tenant
