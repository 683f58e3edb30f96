export interface PoolState {
  /** Connections at most. */
  readonly max: number
  readonly open: number
  readonly idle: number
  /** Callers without a connection yet. */
  readonly waiting: number
}

export type RetryReason = 'serialization_failure' | 'deadlock' | 'stale_plan'

/** Looks on as a database is used, to count and to trace. It must return at once and never throw. */
export interface DatabaseObserver {
  /** Called once; `state` may be asked for at any time afterwards. */
  opened(state: () => PoolState): void
  /** A caller got a connection after `ms` milliseconds, or none in time. */
  acquired(ms: number, outcome: 'ok' | 'failed'): void
  retried(reason: RetryReason): void
  /** Runs a whole database transaction with all its tries, and gives back what it gave. */
  transaction<T>(work: () => Promise<T>): Promise<T>
}

export const noObserver: DatabaseObserver = {
  opened() {},
  acquired() {},
  retried() {},
  transaction: (work) => work(),
}
