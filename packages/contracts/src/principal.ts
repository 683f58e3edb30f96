import type { Mode } from './common.ts'

export type ServiceName = 'gateway' | 'auth' | 'payments' | 'ledger' | 'events'

/** Whose data it is: one merchant's, in one mode. */
export interface Tenant {
  readonly merchant: string
  readonly mode: Mode
}

/** Whoever acts for a merchant: an API key, or a person's session. The gateway makes it; services believe nothing else. */
export interface MerchantPrincipal extends Tenant {
  readonly kind: 'api_key' | 'session'
  /** The API key's id (never the key), for `kind: 'api_key'`. */
  readonly keyId?: string
  /** What the key may do (see scopes.ts), for `kind: 'api_key'`. A key without is one that may do nothing. */
  readonly scopes?: readonly string[]
  /** The person and the login session, for `kind: 'session'`. */
  readonly user?: string
  readonly session?: string
  /** The person runs this installation; for `kind: 'session'` only. */
  readonly operator?: true
}

/** Another service of Micro, acting in its own name. */
export interface ServicePrincipal {
  readonly kind: 'service'
  readonly service: ServiceName
}

export type Principal = MerchantPrincipal | ServicePrincipal
