import type { Database } from '@micro/postgres'
import { assert, type Clock } from '@micro/kernel'
import { laneOf } from '../books/lane.ts'
import { nameOf } from './books.ts'
import type { Memory, RememberedBook } from './memory.ts'
import type { PostRequest } from './posting.ts'
import { loadAccounts, type Asked, type Recording } from './posting.store.ts'
import { recordTransactions, sortPlaces, type Standing } from './record.store.ts'
import { bookOf, decideAll } from './settle.ts'
import type { AccountState, BookState } from './state.ts'
import type { Outcome, Ticket } from './ticket.ts'

/** A book as the tickets of one flight see it; it moves with each that is decided. */
interface Guess {
  readonly name: string
  readonly book: RememberedBook
  readonly standing: Standing
  readonly accounts: Map<string, AccountState>
  readonly state: BookState
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
    const { place, head } = book
    const state = { book: place.id, ...head, accounts, recorded: new Map() }
    return { name, book, standing: { ...place, seq: head.seqLast }, accounts, state }
  }

  /** Brings an account of the memory before the tickets. False when it is not remembered. */
  const bring = ({ accounts, book }: Guess, name: string): boolean => {
    if (accounts.has(name)) return true
    const state = memory.account(book, name)
    if (state === undefined) return false
    accounts.set(name, state)
    return true
  }

  const bringAll = (guess: Guess, { reference, entries, system }: PostRequest): boolean => {
    if (!guess.state.recorded.has(reference) && memory.recorded(guess.book, reference)) return false
    for (const { account } of entries) if (!bring(guess, account)) return false
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
      await recordTransactions(db.inOrder, standings, recordings)
      for (const { name } of guesses) memory.landed(name)
    } catch (error) {
      for (const { name, book } of guesses) memory.forget(name, book)
      throw error
    }
  }

  return {
    /** Learns of the tickets' accounts what the memory lacks, in books that it has. */
    async learn(tickets: readonly Ticket[]): Promise<void> {
      const asked = new Map<string, Asked>()
      const books = new Map<string, RememberedBook>()
      for (const ticket of tickets) {
        const key = bookOf(ticket)
        const name = nameOf(key)
        const book = memory.book(name)
        if (book === undefined) continue
        books.set(name, book)
        const ask = (account: string): void => {
          if (memory.account(book, account) === undefined)
            asked.set(`${name} ${account}`, { book: key, lane: laneOf(key), name: account })
        }
        for (const { request } of ticket.parts) {
          for (const { account } of request.entries) ask(account)
          for (const { id } of request.system?.accounts ?? []) ask(id)
        }
      }
      if (asked.size === 0) return
      for (const { name, state, ...key } of await loadAccounts(db.sql, [...asked.values()])) {
        const book = books.get(nameOf(key))
        // Whatever moved it in the meantime knows it better.
        if (book !== undefined && memory.account(book, name) === undefined) memory.learnAccounts(book, [[name, state]])
      }
    },

    /** Decides and sends at once, so that flights are sent in the order in which they were decided. */
    send(tickets: readonly Ticket[]): Sent {
      const now = clock.now()
      const guesses = new Map<string, Guess>()
      const recordings: Recording[] = []
      const outcomeOf = (ticket: Ticket): Outcome | undefined => {
        if (ticket.dryRun) return undefined
        const name = nameOf(bookOf(ticket))
        const book = memory.book(name)
        if (book === undefined) return undefined
        const guess = guesses.get(name) ?? open(name, book)
        guesses.set(name, guess)
        return decide(guess, ticket, now, recordings)
      }
      let outcomes: (Outcome | undefined)[]
      try {
        outcomes = tickets.map(outcomeOf)
      } catch (error) {
        // What was decided before it moved what is remembered, and will not be sent.
        for (const { name, book } of guesses.values()) memory.forget(name, book)
        throw error
      }
      const moved = [...guesses.values()].filter(({ state, standing }) => state.seqLast > standing.seq)
      for (const { book, state } of moved) {
        const { seqLast, recordedLast, hashLast } = state
        book.head = { seqLast, recordedLast, hashLast }
        for (const reference of state.recorded.keys()) memory.learnRecorded(book, reference)
      }
      assert(moved.length > 0 === recordings.length > 0, 'what is recorded moves its book')
      return { outcomes, landed: moved.length === 0 ? Promise.resolve() : land(moved, recordings) }
    },
  }
}
