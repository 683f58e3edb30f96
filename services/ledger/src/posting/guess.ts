import { CommitUnknownError, type Database } from '@micro/postgres'
import { assert, type Clock } from '@micro/kernel'
import { nameOf, type BookKey } from '../books/book.ts'
import { parentOf } from './action.ts'
import { createLeft } from './left.ts'
import { loadParents, loadParentStates } from './load-parents.ts'
import { headOf, type Memory, type RememberedBook } from './memory.ts'
import type { ParentState } from './parent.ts'
import type { PostRequest } from './posting.ts'
import {
  insertTransactions,
  loadAccounts,
  sortPlaces,
  type Asked,
  type Recording,
  type Standing,
} from './posting.store.ts'
import { bookOf, decideAll } from './settle.ts'
import type { AccountState, BookState } from './state.ts'
import { isLong, type Outcome, type Ticket } from './ticket.ts'

/** A book as the tickets of one flight see it; it moves with each that is decided. */
interface Guess {
  readonly name: string
  readonly book: RememberedBook
  readonly standing: Standing
  readonly accounts: Map<string, AccountState>
  readonly parents: Map<string, ParentState>
  readonly state: BookState
}

/** A request to a book that is remembered. */
interface Known {
  readonly key: BookKey
  readonly name: string
  readonly book: RememberedBook
  readonly request: PostRequest
}

export interface Sent {
  /** For each ticket, in order; what is undefined the memory cannot decide. */
  readonly outcomes: readonly (Outcome | undefined)[]
  /** The outcomes hold once this resolves; when it rejects, none of them does. */
  readonly landed: Promise<void>
}

/**
 * Flights decided on what is remembered of their books, each sent right behind the one before it. Only what would be
 * recorded is decided so. Whoever is to be refused could be so for something that changed since, and is left to a
 * flight that looks.
 */
export const createGuessing = ({ db, clock, memory }: { db: Database; clock: Clock; memory: Memory }) => {
  const open = (name: string, book: RememberedBook): Guess => {
    const accounts = new Map<string, AccountState>()
    const parents = new Map<string, ParentState>()
    const { place, head } = book
    const state = { ...head, accounts, recorded: new Map(), parents }
    return { name, book, standing: { ...place, seq: head.seqLast }, accounts, parents, state }
  }

  /** Brings an account of the memory before the tickets. False when it is not remembered. */
  const bring = ({ accounts, book }: Guess, name: string): boolean => {
    if (accounts.has(name)) return true
    const state = memory.account(book, name)
    if (state === undefined) return false
    accounts.set(name, state)
    return true
  }

  /** The same of the transaction that a request follows, with its accounts. */
  const bringParent = (guess: Guess, id: string): boolean => {
    const state = guess.parents.get(id) ?? memory.parent(guess.book, id)
    if (state === undefined) return false
    guess.parents.set(id, state)
    return state.transaction.entries.every(({ account }) => bring(guess, account))
  }

  const bringAll = (guess: Guess, request: PostRequest): boolean => {
    const { reference, entries, system } = request
    if (!guess.state.recorded.has(reference) && memory.recorded(guess.book, reference)) return false
    for (const { account } of entries) if (!bring(guess, account)) return false
    const parent = parentOf(request)
    if (parent !== undefined && !bringParent(guess, parent.id)) return false
    return system === undefined || system.accounts.every(({ id }) => bring(guess, id))
  }

  const decide = (guess: Guess, ticket: Ticket, now: Date, recordings: Recording[]): Outcome | undefined => {
    if (!ticket.parts.every(({ request }) => bringAll(guess, request))) return undefined
    const decided = decideAll(guess.state, ticket, now)
    if ('fault' in decided) return undefined
    const { lane, id } = guess.book.place
    for (const write of decided.writes) recordings.push({ lane, book: id, ...write })
    return decided.results
  }

  const land = async (guesses: readonly Guess[], recordings: readonly Recording[]): Promise<void> => {
    const standings = sortPlaces(guesses.map(({ standing }) => standing))
    try {
      await insertTransactions(db.inOrder, recordings, standings)
      for (const { name } of guesses) memory.landed(name)
    } catch (error) {
      const mayHaveLanded = error instanceof CommitUnknownError
      for (const { name, book, standing } of guesses)
        memory.forget(name, book, mayHaveLanded ? undefined : standing.seq)
      throw error
    }
  }

  const known = (tickets: readonly Ticket[]): Known[] =>
    tickets.flatMap((ticket) => {
      const key = bookOf(ticket)
      const name = nameOf(key)
      const book = memory.book(name)
      return book === undefined ? [] : ticket.parts.map(({ request }) => ({ key, name, book, request }))
    })

  const learnParents = async (unknown: readonly Known[]): Promise<void> => {
    const places = new Map(unknown.map(({ name, book }) => [name, book.place]))
    const books = new Map(unknown.map(({ name, book }) => [name, book]))
    const parents = await loadParents(
      db.sql,
      unknown.map(({ request }) => request),
    )
    for (const [name, states] of await loadParentStates(db.sql, parents, places)) {
      const book = books.get(name)
      // Whatever moved one in the meantime knows it better.
      const fresh = [...states].flatMap(([id, state]) => (book && !memory.parent(book, id) ? [state] : []))
      if (book !== undefined) memory.learnParents(book, fresh)
    }
  }

  const learnAccounts = async (requests: readonly Known[]): Promise<void> => {
    const asked = new Map<string, Asked>()
    const books = new Map(requests.map(({ name, book }) => [name, book]))
    for (const { key, name, book, request } of requests) {
      const ask = (account: string): void => {
        if (memory.account(book, account) === undefined)
          asked.set(`${name} ${account}`, { book: key, lane: book.place.lane, name: account })
      }
      for (const { account } of request.entries) ask(account)
      for (const { id } of request.system?.accounts ?? []) ask(id)
      const parent = parentOf(request)
      if (parent === undefined) continue
      for (const { account } of memory.parent(book, parent.id)?.transaction.entries ?? []) ask(account)
    }
    if (asked.size === 0) return
    for (const { name, state, ...key } of await loadAccounts(db.sql, [...asked.values()])) {
      const book = books.get(nameOf(key))
      if (book !== undefined && memory.account(book, name) === undefined) memory.learnAccounts(book, [[name, state]])
    }
  }

  return {
    /**
     * Reads what the memory lacks to decide the tickets, in books that it has. Without locks: should it have changed by
     * the time it is used, the flight does not land.
     */
    async learn(tickets: readonly Ticket[]): Promise<void> {
      const requests = known(tickets)
      const unknown = requests.filter(({ book, request }) => {
        const parent = parentOf(request)
        return parent !== undefined && memory.parent(book, parent.id) === undefined
      })
      if (unknown.length > 0) await learnParents(unknown)
      await learnAccounts(requests)
    },

    /**
     * Decides and sends at once, so that flights are sent in the order in which they were decided. What is left undecided
     * must be decided before anything is that comes later.
     */
    send(tickets: readonly Ticket[]): Sent {
      const now = clock.now()
      const guesses = new Map<string, Guess>()
      const recordings: Recording[] = []
      const left = createLeft(memory)
      const outcomeOf = (ticket: Ticket): Outcome | undefined => {
        const name = nameOf(bookOf(ticket))
        const book = ticket.dryRun ? undefined : memory.book(name)
        const guess = book && (guesses.get(name) ?? open(name, book))
        if (guess !== undefined) guesses.set(name, guess)
        // What is sent at once is decided in one go, so it must not take long.
        const isReady = guess !== undefined && !isLong(ticket.parts) && !left.concerns(guess, ticket)
        const outcome = isReady ? decide(guess, ticket, now, recordings) : undefined
        if (outcome === undefined && guess !== undefined) left.add(guess, ticket)
        return outcome
      }
      let outcomes: (Outcome | undefined)[]
      try {
        outcomes = tickets.map(outcomeOf)
      } catch (error) {
        // What was decided before it moved what is remembered, and will not be sent.
        for (const { name, book, standing } of guesses.values()) memory.forget(name, book, standing.seq)
        throw error
      }
      const moved = [...guesses.values()].filter(({ state, standing }) => state.seqLast > standing.seq)
      for (const { book, state } of moved) {
        book.head = headOf(state)
        for (const reference of state.recorded.keys()) memory.learnRecorded(book, reference)
      }
      assert(moved.length > 0 === recordings.length > 0, 'what is recorded moves its book')
      return { outcomes, landed: moved.length === 0 ? Promise.resolve() : land(moved, recordings) }
    },
  }
}
