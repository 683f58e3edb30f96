import { Fault, type Clock } from '@micro/kernel'
import { seededIds, seededRandom, unwatched } from '@micro/testing'
import { createPosting, type Outcome, type Posting } from '../../posting/index.ts'
import { nameOf } from '../../posting/books.ts'
import { createAgenda, type Agenda } from './agenda.ts'
import { connect } from './simulated-database.ts'
import { createServer, type SimulatedServer, type Trouble } from './simulated-server.ts'
import type { SimulatedBook } from './simulated-books.ts'
import type { Transaction } from '../../transactions/transaction.ts'
import { createWishes, newBooks, type Wish } from './workload.ts'

/** What a client was told in the end, and how long its book was when it asked and when it was told. */
export interface Told {
  readonly wish: Wish
  readonly outcome: Outcome
  /** How often it was asked until then. */
  readonly tries: number
  readonly from: number
  readonly to: number
}

export interface Simulated {
  readonly books: readonly SimulatedBook[]
  readonly told: readonly Told[]
  /** What went wrong, by name. */
  readonly trouble: ReadonlyMap<string, number>
}

interface Process {
  readonly posting: Posting
  /** Rejects when the process ends. */
  readonly crashed: Promise<never>
  readonly crash: () => void
}

class CrashError extends Error {
  override name = 'CrashError'
}

const metrics = unwatched()

const startProcess = (server: SimulatedServer, agenda: Agenda, clock: Clock, seed: number): Process => {
  const { db, cut } = connect(server, agenda)
  const { promise: crashed, reject } = Promise.withResolvers<never>()
  crashed.catch(() => {})
  return {
    posting: createPosting({ db, clock, newId: seededIds(seed), ...metrics }),
    crashed,
    crash() {
      cut()
      reject(new CrashError('the process has ended'))
    },
  }
}

const isPassing = (error: unknown): boolean =>
  error instanceof CrashError || (error instanceof Fault && error.spec.retryable)

/** Several processes on one database, with clients that ask again until they are told, and all that may go wrong. */
export const simulate = async (seed: number): Promise<Simulated> => {
  const random = seededRandom(seed)
  const agenda = createAgenda(random)
  const books = newBooks(random.between(1, 2))
  const trouble: Trouble = { left: random.between(0, 10), seen: new Map() }
  const server = createServer(books, agenda, random, trouble)
  let nowMs = 1_000_000_000_000
  let started = 0
  const start = (): Process => {
    const skewMs = random.between(-60_000, 60_000)
    return startProcess(server, agenda, { now: () => new Date(nowMs + skewMs) }, seed * 100 + started++)
  }
  const processes = Array.from({ length: random.between(1, 3) }, start)
  const told: Told[] = []
  const recorded = new Map<string, Transaction[]>()
  const wish = createWishes(books, random)
  const bookOf = ({ requests: [{ book }] }: Wish) => books.find((each) => each.merchant === book.merchant)!

  /** Asked until there is an answer that stays. */
  const ask = async (what: Wish): Promise<void> => {
    const from = bookOf(what).transactions.length
    for (let tries = 1; ; tries++) {
      await agenda.turn()
      nowMs += random.between(-2_000, 5_000)
      const at = random.between(0, processes.length - 1)
      const { posting, crashed } = processes[at]!
      if (server.strikes('crash', 0.03)) {
        processes[at]!.crash()
        processes[at] = start()
      }
      const { requests, dryRun } = what
      const posted: Promise<Outcome> = dryRun
        ? posting.post(requests[0], { dryRun }).then(
            (result) => [result],
            (error: unknown) => {
              if (error instanceof Fault && !error.spec.retryable) return { at: 0, fault: error }
              throw error
            },
          )
        : posting.postTogether(requests)
      try {
        const outcome = await Promise.race([posted, crashed])
        told.push({ wish: what, outcome, tries, from, to: bookOf(what).transactions.length })
        if ('fault' in outcome || dryRun) return
        const name = nameOf(requests[0].book)
        recorded.set(name, [...(recorded.get(name) ?? []), ...outcome.map(({ transaction }) => transaction)])
        return
      } catch (error) {
        if (!isPassing(error)) throw error
      }
    }
  }

  const client = async (): Promise<void> => {
    for (let left = random.between(2, 6); left > 0; left--) {
      const what = wish((book) => recorded.get(nameOf({ merchant: book.merchant, mode: 'test' })) ?? [])
      // At times the same is asked twice at once, of whichever process.
      await Promise.all(Array.from({ length: random.chance(0.2) ? 2 : 1 }, () => ask(what)))
    }
  }

  await agenda.until(Promise.all(Array.from({ length: random.between(1, 5) }, client)))
  return { books, told, trouble: trouble.seen }
}
