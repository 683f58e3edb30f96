import type { Tenant } from '@micro/contracts'
import type { Outcome } from './attempt.ts'
import type { AttemptRow } from './delivery.ts'

/** What came of a request for a leased delivery, as it is recorded. */
export interface Result {
  readonly row: Tenant & { readonly id: string; readonly endpoint: { readonly id: string } }
  readonly lease: string
  readonly attempt: AttemptRow
  readonly outcome: Outcome
  readonly now: Date
}
