import type { Tenant } from '@micro/contracts'
import type { Result } from './result.ts'

/** How an endpoint fares by some requests that ended one after another. */
export interface Fare extends Tenant {
  readonly endpoint: string
  /** Something got through: what failed before it is forgotten. */
  readonly gotThrough: boolean
  /** Those that failed after that, and when the first of them did. */
  readonly failures: number
  readonly since: Date | null
}

/** How each endpoint fares, by results in the order in which they came. */
export const faresOf = (results: readonly Result[]): Fare[] => {
  const fares = new Map<string, Fare>()
  for (const { row, attempt, now } of results) {
    const { merchant, mode, endpoint } = row
    const before = fares.get(endpoint.id) ?? { gotThrough: false, failures: 0, since: null }
    const after =
      attempt.error === null
        ? { gotThrough: true, failures: 0, since: null }
        : { ...before, failures: before.failures + 1, since: before.since ?? now }
    fares.set(endpoint.id, { merchant, mode, endpoint: endpoint.id, ...after })
  }
  return [...fares.values()]
}
