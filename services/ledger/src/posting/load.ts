import { assert } from '@micro/kernel'
import type { Sql } from '@micro/postgres'
import { nameOf, type BookKey } from '../books/book.ts'
import { laneOf } from '../books/lane.ts'
import { referenceKeyOf } from '../books/reference-key.ts'
import { loadTransactions } from '../transactions/transaction.store.ts'
import { genesisOf } from '../chain/content.ts'
import type { BookPlaces } from './books.ts'
import { loadParents, loadParentStates, type Parents } from './load-parents.ts'
import type { PostRequest } from './posting.ts'
import { findSeqsByReferences, loadAccounts, lockBooks, type Asked, type BookPlace } from './posting.store.ts'
import type { AccountState, BookState } from './state.ts'

/** The books of a flight under their locks, by name; those that are not open are missing. */
export interface Loaded {
  readonly books: ReadonlyMap<string, BookState>
  readonly places: ReadonlyMap<string, BookPlace>
  /** Where each of them stood. */
  readonly seqs: ReadonlyMap<string, bigint>
}

/** A remembered book is not in the database: another database stands where the one we knew stood. */
export class BookGoneError extends Error {
  override name = 'BookGoneError'
}

const booksOf = (requests: readonly PostRequest[]): ReadonlyMap<string, BookKey> => {
  const books = new Map<string, BookKey>()
  for (const { book } of requests) books.set(nameOf(book), book)
  return books
}

const accountsOf = (requests: readonly PostRequest[], parents: Parents): Asked[] => {
  const asked = new Map<string, Asked>()
  for (const { book, entries, system } of requests) {
    const lane = laneOf(book)
    const ask = (name: string): void => void asked.set(`${nameOf(book)} ${name}`, { book, lane, name })
    for (const { account } of entries) ask(account)
    for (const { id } of system?.accounts ?? []) ask(id)
    for (const parent of parents.get(nameOf(book)) ?? []) for (const { account } of parent.entries) ask(account)
  }
  return [...asked.values()]
}

const referencesOf = (requests: readonly PostRequest[], places: ReadonlyMap<string, BookPlace>): Buffer[] =>
  requests.flatMap(({ book, reference }) => {
    const place = places.get(nameOf(book))
    return place === undefined ? [] : [referenceKeyOf(place.id, reference)]
  })

/** Locks the books of these requests and reads what deciding them takes. @throws BookGoneError */
export const loadBooks = async (sql: Sql, known: BookPlaces, requests: readonly PostRequest[]): Promise<Loaded> => {
  const keys = booksOf(requests)
  const places = await known.find(sql, keys)
  const parents = await loadParents(sql, requests)
  // Sent together, run in order: what follows the locks sees what their last holders committed.
  const [locked, accounts, recorded, parentStates] = await Promise.all([
    lockBooks(sql, [...places.values()]),
    loadAccounts(sql, accountsOf(requests, parents)),
    findSeqsByReferences(sql, referencesOf(requests, places)),
    loadParentStates(sql, parents, places),
  ])
  if (locked.length < places.size) throw new BookGoneError(`${places.size - locked.length} books are gone`)

  const heads = new Map(locked.map((each) => [each.id, each]))
  const named = new Map<string, Map<string, AccountState>>()
  for (const { name, state, ...book } of accounts) {
    const ofBook = named.get(nameOf(book)) ?? new Map<string, AccountState>()
    named.set(nameOf(book), ofBook)
    ofBook.set(name, state)
  }
  const books = [...places].map(async ([name, { id }]): Promise<[string, BookState]> => {
    const head = heads.get(id)
    const key = keys.get(name)
    assert(head !== undefined && key !== undefined, `book ${id} was locked and not asked for`)
    const seqs = recorded.filter(({ book }) => book === id).map(({ seq }) => seq)
    const transactions = await loadTransactions(sql, key, seqs)
    return [
      name,
      {
        book: id,
        seqLast: head.seqLast,
        recordedLast: head.recordedLast,
        hashLast: head.hashLast ?? genesisOf(key),
        closedBefore: head.closedBefore,
        accounts: named.get(name) ?? new Map<string, AccountState>(),
        recorded: new Map(transactions.map((each) => [each.reference, each])),
        parents: parentStates.get(name) ?? new Map(),
      },
    ]
  })
  const loaded = new Map(await Promise.all(books))
  return { books: loaded, places, seqs: new Map([...loaded].map(([name, { seqLast }]) => [name, seqLast])) }
}
