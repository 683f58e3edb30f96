import type { Mode } from './common.ts'

export type ServiceName = 'gateway' | 'auth' | 'payments' | 'ledger' | 'events'

/** Whose data it is: one merchant's, in one mode. */
export interface Tenant {
  readonly merchant: string
  readonly mode: Mode
}

/**
 * Whoever acts for a merchant: an API key, a person's session, or anybody who read the merchant's publishable key on a
 * web page. The gateway makes it; services believe nothing else.
 */
export interface MerchantPrincipal extends Tenant {
  readonly kind: 'api_key' | 'publishable_key' | 'session'
  /** The key's id (never the key), for `kind: 'api_key'` and `kind: 'publishable_key'`. */
  readonly keyId?: string
  /**
   * What the key may do (see scopes.ts), for `kind: 'api_key'`. A key without is one that may do nothing. A session that
   * has them acts as its merchant, in a mode that the request named; only a browser's can.
   */
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
