import type { Sql } from '@micro/postgres'
import { nameOf, type BookKey } from '../books/book.ts'
import { laneOf } from '../books/lane.ts'
import { findBooks, type BookPlace } from './posting.store.ts'

const placesMax = 100_000

export interface BookPlaces {
  /** Where the books lie in the database, by name; those that are not open are missing. */
  find(sql: Sql, books: ReadonlyMap<string, BookKey>): Promise<ReadonlyMap<string, BookPlace>>
  /** Keeps what a committed database transaction found. */
  keep(places: ReadonlyMap<string, BookPlace>): void
  forget(): void
}

/** Remembers where books lie, which never changes: so that a posting need not ask before it can take their locks. */
export const createBookPlaces = (): BookPlaces => {
  const known = new Map<string, BookPlace>()
  return {
    async find(sql, books) {
      const places = new Map<string, BookPlace>()
      const unknown: BookKey[] = []
      for (const [name, book] of books) {
        const place = known.get(name)
        if (place === undefined) unknown.push(book)
        else places.set(name, place)
      }
      if (unknown.length === 0) return places
      for (const { id, ...book } of await findBooks(sql, unknown)) places.set(nameOf(book), { lane: laneOf(book), id })
      return places
    },
    keep(places) {
      for (const [name, place] of places) if (!known.has(name)) known.set(name, place)
      for (const oldest of known.keys()) {
        if (known.size <= placesMax) return
        known.delete(oldest)
      }
    },
    forget: () => known.clear(),
  }
}
