import type { Tenant } from '@micro/contracts'
import type { TestCardFace } from '../payment-methods/card-aliases.ts'
import type { PageProcessor } from './paging.ts'
import type { Processor } from './processor.ts'
import type { RoutingTerms } from './routing.ts'
import type { Teller } from './telling.ts'

/** What a processor tells of a payment method that it keeps. */
export interface KeptCard {
  readonly face: TestCardFace
  readonly exp_month: number
  readonly exp_year: number
  readonly fingerprint: string
}

/** What a processor says of a key: it takes it, or why not; `unknown` where it could not be asked. */
export type KeyVerdict = 'taken' | 'refused' | 'not_permitted' | 'other_account' | 'unknown'

/** The processors that merchants have configured for live mode. */
export interface LiveProcessors {
  /** Speaks for each charge with the processor that it was sent to. */
  of(tenant: Tenant): Processor
  /** Those that take new charges. */
  list(tenant: Tenant): Promise<readonly RoutingTerms[]>
  /** Asks one of the merchant's about what it named, also one that was removed. */
  teller(tenant: Tenant, processor: string): Promise<Teller>
  /** The pages of one of the merchant's, also of one that was removed. */
  pages(tenant: Tenant, processor: string): PageProcessor
  /**
   * Whether a key is taken there; `payment`: the processor's id of one that was made with the key before, if there is one.
   * Never throws.
   */
  check(key: { url: string; secretKey: string; payment: string | null }): Promise<KeyVerdict>
  /** A payment method by the processor's own id; undefined when none of them knows it. */
  describe(tenant: Tenant, paymentMethod: string, signal: AbortSignal): Promise<KeptCard | undefined>
}
