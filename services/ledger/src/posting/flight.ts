import { assert, type Clock } from '@micro/kernel'
import type { Database, Sql } from '@micro/postgres'
import type { NewAccount } from '../accounts/account.ts'
import { insertAccount } from '../accounts/account.store.ts'
import { nameOf, type BookKey } from '../books/book.ts'
import { insertBook } from '../books/book.store.ts'
import { laneOf } from '../books/lane.ts'
import { genesisOf } from '../chain/content.ts'
import { createBookPlaces, type BookPlaces } from './books.ts'
import { BookGoneError, loadBooks, type Loaded } from './load.ts'
import type { Memory } from './memory.ts'
import { insertTransactions, type Recording } from './posting.store.ts'
import { bookOf, decideInTurns, rememberFor } from './settle.ts'
import type { AccountState, BookState } from './state.ts'
import type { Outcome, Refusal, Ticket } from './ticket.ts'

const unopened = (book: BookKey): BookState => ({
  book: 0n,
  seqLast: 0n,
  recordedLast: null,
  hashLast: genesisOf(book),
  closedBefore: null,
  accounts: new Map(),
  recorded: new Map(),
  parents: new Map(),
})

/** Micro's own accounts that a ticket brings along and its book lacks. */
const missing = (state: BookState, { parts }: Ticket): readonly NewAccount[] =>
  parts.flatMap(({ request: { reference, system } }) =>
    state.recorded.has(reference) ? [] : (system?.accounts ?? []).filter(({ id }) => !state.accounts.has(id)),
  )

/** Why a ticket will be refused even on a book that has its accounts; undefined when they are worth opening. */
const refusal = async (state: BookState, ticket: Ticket, now: Date): Promise<Refusal | undefined> => {
  const opened = missing(state, ticket).map(({ id, ...account }): [string, AccountState] => [
    id,
    {
      ...account,
      account: 0n,
      status: 'active',
      credits: 0n,
      debits: 0n,
      pendingCredits: 0n,
      pendingDebits: 0n,
      version: 0n,
    },
  ])
  const known = [...state.accounts].map(([id, account]): [string, AccountState] => [id, { ...account }])
  const copy = { ...state, accounts: new Map([...known, ...opened]), recorded: new Map(state.recorded) }
  const decided = await decideInTurns(copy, ticket, now)
  return 'fault' in decided ? decided : undefined
}

interface Prepared {
  readonly loaded: Loaded
  /** Tickets whose accounts were not opened, since nothing would have been recorded on them. */
  readonly refused: ReadonlyMap<Ticket, Refusal>
}

const prepare = async (sql: Sql, places: BookPlaces, tickets: readonly Ticket[], now: Date): Promise<Prepared> => {
  const requests = tickets.flatMap(({ parts }) => parts.map(({ request }) => request))
  const loaded = await loadBooks(sql, places, requests)
  const refused = new Map<Ticket, Refusal>()
  const stateOf = (ticket: Ticket): BookState => loaded.books.get(nameOf(bookOf(ticket))) ?? unopened(bookOf(ticket))
  const incomplete = tickets.filter((ticket) => missing(stateOf(ticket), ticket).length > 0)
  for (const ticket of incomplete) {
    const refusedNow = await refusal(stateOf(ticket), ticket, now)
    if (refusedNow !== undefined) refused.set(ticket, refusedNow)
  }
  // In one order, as the locks are taken, so that two processes that open the same books do not wait in a circle.
  const opening = incomplete
    .filter((ticket) => !refused.has(ticket))
    .toSorted((a, b) => (nameOf(bookOf(a)) < nameOf(bookOf(b)) ? -1 : 1))
  if (opening.length === 0) return { loaded, refused }
  for (const { parts } of opening) {
    for (const { request } of parts) {
      await insertBook(sql, request.book, now)
      for (const account of request.system?.accounts ?? []) await insertAccount(sql, request.book, account, now)
    }
  }
  return { loaded: await loadBooks(sql, places, requests), refused }
}

/** Decides the tickets in the order of their arrival; what is to be written is added to `recordings`. */
const settle = async (
  { loaded, refused }: Prepared,
  ticket: Ticket,
  now: Date,
  recordings: Recording[],
): Promise<Outcome> => {
  const refusedBefore = refused.get(ticket)
  if (refusedBefore !== undefined) return refusedBefore
  const book = bookOf(ticket)
  const state = loaded.books.get(nameOf(book)) ?? unopened(book)
  const back = ticket.dryRun ? rememberFor(state, ticket.parts) : undefined
  const decided = await decideInTurns(state, ticket, now)
  back?.()
  if ('fault' in decided) return decided
  if (back !== undefined) return decided.results
  const { results, writes } = decided
  assert(writes.length === 0 || state.book > 0n, 'what was decided has a book')
  for (const write of writes) recordings.push({ lane: laneOf(book), book: state.book, ...write })
  return results
}

/**
 * One flight: locks the books, reads, decides and writes in one database transaction. Resolves after its commit with
 * an outcome for each ticket, in order. Whatever it throws, nothing of it is recorded, but for a CommitUnknownError.
 * No flight that was decided on the memory may be under way.
 */
export const createFlight = ({ db, clock, memory }: { db: Database; clock: Clock; memory: Memory }) => {
  const places = createBookPlaces()

  const fly = async (tickets: readonly Ticket[]): Promise<Outcome[]> => {
    const { outcomes, loaded } = await db.transaction(async (sql) => {
      const now = clock.now()
      const prepared = await prepare(sql, places, tickets, now)
      const recordings: Recording[] = []
      const outcomes: Outcome[] = []
      for (const ticket of tickets) outcomes.push(await settle(prepared, ticket, now, recordings))
      if (recordings.length > 0) await insertTransactions(sql.andCommit, recordings)
      return { outcomes, loaded: prepared.loaded }
    })
    places.keep(loaded.places)
    for (const [name, state] of loaded.books) {
      const place = loaded.places.get(name)
      if (place !== undefined) memory.left(name, place, loaded.seqs.get(name) ?? 0n, state)
    }
    return outcomes
  }

  return (tickets: readonly Ticket[]): Promise<Outcome[]> =>
    fly(tickets).catch((error: unknown) => {
      if (!(error instanceof BookGoneError)) throw error
      places.forget()
      return fly(tickets)
    })
}
