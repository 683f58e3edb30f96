/** One question to a limiter: may `key` do one more thing within the rolling window? */
export interface Take {
  /** `<kind>:<id>`, e.g. `key:key_123`, `ip:192.0.2.1`. */
  readonly key: string
  readonly limit: number
  readonly windowMs: number
  /** 0 looks without taking. */
  readonly cost?: 0 | 1
}

export interface Taken {
  readonly allowed: boolean
  /** How many more would be allowed right now. */
  readonly remaining: number
  /** Milliseconds until the oldest counted request leaves the window, i.e. until one more becomes available. */
  readonly resetMs: number
}

/**
 * An exact sliding log: no rolling window, wherever it begins, holds more than `limit` allowed requests.
 * Denied requests are not counted, so that a client which waits as told gets through.
 */
export interface Limiter {
  take(request: Take): Promise<Taken>
  /** `local`: this gateway decides alone for now, and the limiter's own bound holds instead; for health. */
  mode(): 'exact' | 'local'
}
