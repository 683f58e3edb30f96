import type { Database } from './database.ts'
import { ConnectionError } from './errors.ts'

export interface Bounds {
  /** Connections at a time. */
  readonly max: number
  /** How long a caller waits for one before it gets a ConnectionError. Default 5 s. */
  readonly waitMs?: number
}

/**
 * The same database for work that may wait: it never has more than `max` of the connections, so that some are left for
 * what may not. Its `inOrder` is not bounded, being one connection.
 */
export const boundDatabase = (db: Database, { max, waitMs = 5_000 }: Bounds): Database => {
  const waiting = new Set<() => void>()
  let taken = 0

  const enter = async (): Promise<void> => {
    if (taken < max) return void taken++
    await new Promise<void>((resolve, reject) => {
      const late = setTimeout(() => {
        waiting.delete(start)
        reject(new ConnectionError(`no database connection: ${max} of ${max} are at work`))
      }, waitMs)
      const start = (): void => {
        clearTimeout(late)
        resolve()
      }
      waiting.add(start)
    })
  }

  // Handed on, so that nobody who comes now takes the place of one who waits.
  const leave = (): void => {
    const [next] = waiting
    if (next === undefined) return void taken--
    waiting.delete(next)
    next()
  }

  const inside = async <T>(work: () => Promise<T>): Promise<T> => {
    await enter()
    try {
      return await work()
    } finally {
      leave()
    }
  }

  return {
    ...db,
    sql: (strings, ...values) => inside(() => db.sql(strings, ...values)),
    transaction: (work, options) => inside(() => db.transaction(work, options)),
  }
}
