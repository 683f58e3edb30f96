import type { LoggedRequest, Tenant } from '@micro/contracts'

/** How long a request is remembered at most. */
export const keptMs = 24 * 60 * 60 * 1_000

/**
 * The last requests of each merchant and mode, for a look back. It is no record: what is in it may be lost at any time,
 * and nothing waits for it.
 */
export interface RecentRequests {
  /** How many are kept of one merchant and mode; 0: none. */
  readonly max: number
  /** Neither waits nor throws. */
  keep(tenant: Tenant, request: LoggedRequest): void
  /** What there is, in no order, some of it older than `keptMs`. @throws Fault upstream_unavailable */
  read(tenant: Tenant): Promise<readonly LoggedRequest[]>
  close(): void
}

export const keyOf = ({ merchant, mode }: Tenant): string => `${mode}:${merchant}`
