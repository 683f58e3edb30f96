import { assert, Fault, type Clock } from '@micro/kernel'
import type { Database, Sql } from '@micro/postgres'
import type { NewAccount } from '../accounts/account.ts'
import { insertAccount } from '../accounts/account.store.ts'
import { insertBook } from '../books/book.store.ts'
import { laneOf } from '../books/lane.ts'
import { createBookPlaces, nameOf, type BookPlaces } from './books.ts'
import { BookGoneError, loadBooks, type Loaded } from './load.ts'
import { decide, type AccountState, type BookState, type PostRequest, type PostResult } from './posting.ts'
import { insertTransactions, type Recording } from './posting.store.ts'

/** A posting on its way, with what it was given at its arrival: trying again is the same work, and known by its id. */
export interface Ticket {
  readonly request: PostRequest
  readonly id: string
  readonly fingerprint: Buffer
}

/** What became of a ticket; a refusal leaves no trace and concerns nobody else on the flight. */
export type Outcome = PostResult | Fault

const unopened = (): BookState => ({
  book: 0n,
  seqLast: 0n,
  recordedLast: null,
  accounts: new Map(),
  recorded: new Map(),
})

/** Micro's own accounts that a ticket brings along and its book lacks. */
const missing = (state: BookState, { request }: Ticket): readonly NewAccount[] =>
  state.recorded.has(request.reference)
    ? []
    : (request.system?.accounts ?? []).filter(({ id }) => !state.accounts.has(id))

/** Why a ticket will be refused even on a book that has its accounts; undefined when they are worth opening. */
const refusal = (state: BookState, ticket: Ticket, now: Date): Fault | undefined => {
  const opened = missing(state, ticket).map(({ id, type, currency }): [string, AccountState] => [
    id,
    { account: 0n, currency, type, credits: 0n, debits: 0n, version: 0n },
  ])
  const known = [...state.accounts].map(([id, account]): [string, AccountState] => [id, { ...account }])
  const copy = { ...state, accounts: new Map([...known, ...opened]), recorded: new Map(state.recorded) }
  try {
    decide(copy, ticket.request, { ...ticket, now })
    return undefined
  } catch (error) {
    if (error instanceof Fault) return error
    throw error
  }
}

interface Prepared {
  readonly loaded: Loaded
  /** Tickets whose accounts were not opened, since nothing would have been recorded on them. */
  readonly refused: ReadonlyMap<Ticket, Fault>
}

const prepare = async (sql: Sql, places: BookPlaces, tickets: readonly Ticket[], now: Date): Promise<Prepared> => {
  const requests = tickets.map(({ request }) => request)
  const loaded = await loadBooks(sql, places, requests)
  const refused = new Map<Ticket, Fault>()
  const stateOf = ({ request }: Ticket): BookState => loaded.books.get(nameOf(request.book)) ?? unopened()
  const incomplete = tickets.filter((ticket) => missing(stateOf(ticket), ticket).length > 0)
  for (const ticket of incomplete) {
    const fault = refusal(stateOf(ticket), ticket, now)
    if (fault !== undefined) refused.set(ticket, fault)
  }
  // In one order, as the locks are taken, so that two processes that open the same books do not wait in a circle.
  const opening = incomplete
    .filter((ticket) => !refused.has(ticket))
    .toSorted((a, b) => (nameOf(a.request.book) < nameOf(b.request.book) ? -1 : 1))
  if (opening.length === 0) return { loaded, refused }
  for (const { request } of opening) {
    await insertBook(sql, request.book, now)
    for (const account of request.system?.accounts ?? []) await insertAccount(sql, request.book, account, now)
  }
  return { loaded: await loadBooks(sql, places, requests), refused }
}

/** Decides the tickets in the order of their arrival; what is to be written is added to `recordings`. */
const settle = ({ loaded, refused }: Prepared, ticket: Ticket, now: Date, recordings: Recording[]): Outcome => {
  const { request, ...facts } = ticket
  const refusedBefore = refused.get(ticket)
  if (refusedBefore !== undefined) return refusedBefore
  try {
    const state = loaded.books.get(nameOf(request.book)) ?? unopened()
    const decision = decide(state, request, { ...facts, now })
    // What carries this very ticket's id was recorded by it, on a flight whose landing was never heard of.
    if (decision.kind === 'replay')
      return { replayed: decision.transaction.id !== facts.id, transaction: decision.transaction }
    assert(state.book > 0n, 'a posting that was decided has a book')
    const { transaction, writes } = decision
    recordings.push({ lane: laneOf(request.book), book: state.book, transaction, writes })
    return { replayed: false, transaction }
  } catch (error) {
    if (error instanceof Fault) return error
    throw error
  }
}

/**
 * One flight: locks the books, reads, decides and writes in one database transaction. Resolves after its commit with
 * an outcome for each ticket, in order. Whatever it throws, nothing of it is recorded, but for a CommitUnknownError.
 */
export const createFlight = ({ db, clock }: { db: Database; clock: Clock }) => {
  const places = createBookPlaces()

  const fly = async (tickets: readonly Ticket[]): Promise<Outcome[]> => {
    const { outcomes, found } = await db.transaction(async (sql) => {
      const now = clock.now()
      const prepared = await prepare(sql, places, tickets, now)
      const recordings: Recording[] = []
      const outcomes = tickets.map((ticket) => settle(prepared, ticket, now, recordings))
      if (recordings.length > 0) await insertTransactions(sql.andCommit, recordings)
      return { outcomes, found: prepared.loaded.places }
    })
    places.keep(found)
    return outcomes
  }

  return (tickets: readonly Ticket[]): Promise<Outcome[]> =>
    fly(tickets).catch((error: unknown) => {
      if (!(error instanceof BookGoneError)) throw error
      places.forget()
      return fly(tickets)
    })
}
