/** Stripe's error types; SDKs choose the exception class by them and by the HTTP status. */
export type FaultType = 'api_error' | 'card_error' | 'idempotency_error' | 'invalid_request_error'

export interface FaultSpec {
  readonly type: FaultType
  readonly status: number
  /** True when the same request may succeed later without a change. */
  readonly retryable: boolean
  /** What the caller reads: what is wrong, where, how to mend it. `{name}` is filled from the detail. */
  readonly text: string
  /** False where Stripe's API sends no `code` in this case. */
  readonly coded?: boolean
  /** The page that says more, where it is another than that of the code. */
  readonly page?: string
  /** The `code` a caller reads, where Stripe gives two cases one code with different statuses. */
  readonly publicCode?: string
}

export const bad = (text: string, status = 400): FaultSpec => ({
  type: 'invalid_request_error',
  status,
  retryable: false,
  text,
})
export const later = (status: number, text: string): FaultSpec => ({ type: 'api_error', status, retryable: true, text })
