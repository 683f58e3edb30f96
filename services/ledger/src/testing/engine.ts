import type { Database } from '@micro/postgres'
import { testRuntime } from '@micro/testing'
import { createPosting, type Post } from '../posting/index.ts'
import type { Ledger } from './ledger.ts'

/** A posting engine whose flights are counted, and can be meddled with. */
export interface Engine {
  readonly post: Post
  /** Flights that were decided on the memory, and those that looked. */
  readonly flights: { guessed: number; looked: number }
  /** What becomes of a flight that was decided on the memory, in place of what becomes of it. */
  meddle: (land: () => Promise<unknown>) => Promise<unknown>
}

/** A process of its own, as far as the database can tell. */
export const createEngine = (
  { database, clock, db = database.db }: Pick<Ledger, 'database' | 'clock'> & { db?: Database },
  seed: number,
): Engine => {
  const flights = { guessed: 0, looked: 0 }
  const watched: Database = {
    ...db,
    inOrder: ((strings: TemplateStringsArray, ...values: unknown[]) => {
      flights.guessed++
      return made.meddle(() => db.inOrder(strings, ...values))
    }) as Database['inOrder'],
    transaction: (...args) => {
      flights.looked++
      return db.transaction(...args)
    },
  }
  const made: Engine = {
    flights,
    meddle: (land) => land(),
    post: createPosting({ ...testRuntime({ seed, clock }), db: watched }).post,
  }
  return made
}
