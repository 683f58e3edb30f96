import type { Mode } from '@micro/contracts'

/** Whose ledger: one merchant's, in one mode. Nothing in this service is found without it. */
export interface BookKey {
  readonly merchant: string
  readonly mode: Mode
}
