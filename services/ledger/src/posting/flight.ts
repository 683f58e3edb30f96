import { assert, Fault, type Clock } from '@micro/kernel'
import type { Database, Sql } from '@micro/postgres'
import type { NewAccount } from '../accounts/account.ts'
import { insertAccount } from '../accounts/account.store.ts'
import type { BookKey } from '../books/book.ts'
import { insertBook } from '../books/book.store.ts'
import { laneOf } from '../books/lane.ts'
import { genesisOf } from '../chain/content.ts'
import { parentOf } from './action.ts'
import { createBookPlaces, nameOf, type BookPlaces } from './books.ts'
import { BookGoneError, loadBooks, type Loaded } from './load.ts'
import { decide, type PostResult, type TransactionWrite } from './posting.ts'
import { insertTransactions, type Recording } from './posting.store.ts'
import { remember, type AccountState, type BookState } from './state.ts'
import type { Outcome, Part, Refusal, Ticket } from './ticket.ts'

const bookOf = ({ parts: [{ request }] }: Ticket): BookKey => request.book

const unopened = (book: BookKey): BookState => ({
  book: 0n,
  seqLast: 0n,
  recordedLast: null,
  hashLast: genesisOf(book),
  accounts: new Map(),
  recorded: new Map(),
  parents: new Map(),
})

/** Micro's own accounts that a ticket brings along and its book lacks. */
const missing = (state: BookState, { parts }: Ticket): readonly NewAccount[] =>
  parts.flatMap(({ request: { reference, system } }) =>
    state.recorded.has(reference) ? [] : (system?.accounts ?? []).filter(({ id }) => !state.accounts.has(id)),
  )

/** What the parts of a ticket come to on the state, which they move on; the first that is refused moves it back. */
const decideAll = (
  state: BookState,
  { parts }: Ticket,
  now: Date,
): { results: PostResult[]; writes: TransactionWrite[] } | Refusal => {
  const back = parts.length > 1 ? rememberFor(state, parts) : undefined
  const results: PostResult[] = []
  const writes: TransactionWrite[] = []
  for (const [at, part] of parts.entries()) {
    try {
      const decision = decide(state, part.request, { ...part, now })
      const { kind, transaction } = decision
      if (kind === 'record') writes.push(decision.write)
      // What carries this very part's id was recorded by it, perhaps on a flight whose landing was never heard of.
      results.push({ replayed: transaction.id !== part.id, transaction })
    } catch (error) {
      back?.()
      if (error instanceof Fault) return { at, fault: error }
      throw error
    }
  }
  return { results, writes }
}

const rememberFor = (state: BookState, parts: readonly Part[]): (() => void) => {
  const parents = new Set(parts.flatMap(({ request }) => parentOf(request)?.id ?? []))
  const entries = [
    ...parts.flatMap(({ request }) => request.entries),
    ...[...parents].flatMap((id) => state.parents.get(id)?.transaction.entries ?? []),
  ]
  return remember(state, {
    accounts: new Set(entries.map(({ account }) => account)),
    references: new Set(parts.map(({ request }) => request.reference)),
    parents,
  })
}

/** Why a ticket will be refused even on a book that has its accounts; undefined when they are worth opening. */
const refusal = (state: BookState, ticket: Ticket, now: Date): Refusal | undefined => {
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
  const decided = decideAll(copy, ticket, now)
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
    const refusedNow = refusal(stateOf(ticket), ticket, now)
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
const settle = ({ loaded, refused }: Prepared, ticket: Ticket, now: Date, recordings: Recording[]): Outcome => {
  const refusedBefore = refused.get(ticket)
  if (refusedBefore !== undefined) return refusedBefore
  const book = bookOf(ticket)
  const state = loaded.books.get(nameOf(book)) ?? unopened(book)
  const back = ticket.dryRun ? rememberFor(state, ticket.parts) : undefined
  const decided = decideAll(state, ticket, now)
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
