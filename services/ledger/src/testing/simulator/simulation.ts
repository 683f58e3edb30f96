import { Fault, type Clock } from '@micro/kernel'
import { seededIds, seededRandom, unwatched } from '@micro/testing'
import { createPosting, type Outcome, type Posting } from '../../posting/index.ts'
import { nameOf } from '../../books/book.ts'
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
  /** Among those that were asked of the same process at once. */
  readonly place: { readonly batch: number; readonly nth: number }
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

/** A wish on its way. */
interface Begun {
  readonly process: Process
  readonly posted: Promise<Outcome>
  readonly place: Told['place']
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
  let batches = 0
  const start = (): Process => {
    const skewMs = random.between(-60_000, 60_000)
    return startProcess(server, agenda, { now: () => new Date(nowMs + skewMs) }, seed * 100 + started++)
  }
  const processes = Array.from({ length: random.between(1, 3) }, start)
  const told: Told[] = []
  const recorded = new Map<string, Transaction[]>()
  const wish = createWishes(books, random)
  const bookOf = ({ requests: [{ book }] }: Wish) => books.find((each) => each.merchant === book.merchant)!

  const postOn = ({ posting }: Process, { requests, dryRun }: Wish): Promise<Outcome> =>
    dryRun
      ? posting.post(requests[0], { dryRun }).then(
          (result) => [result],
          (error: unknown) => {
            if (error instanceof Fault && !error.spec.retryable) return { at: 0, fault: error }
            throw error
          },
        )
      : posting.postTogether(requests)

  /** Asks one process for all of them at once, at a time of the agenda's choosing. */
  const begin = async (wishes: readonly Wish[]): Promise<Begun[]> => {
    await agenda.turn()
    nowMs += random.between(-2_000, 5_000)
    const at = random.between(0, processes.length - 1)
    const process = processes[at]!
    const batch = ++batches
    const begun = wishes.map((what, nth) => ({ process, posted: postOn(process, what), place: { batch, nth } }))
    if (server.strikes('crash', 0.03)) {
      process.crash()
      processes[at] = start()
    }
    return begun
  }

  /** Asked until there is an answer that stays. */
  const ask = async (what: Wish, from: number, first: Begun): Promise<void> => {
    let begun: Begun | undefined = first
    for (let tries = 1; ; tries++) {
      begun ??= (await begin([what]))[0]!
      const { process, posted, place } = begun
      begun = undefined
      try {
        const outcome = await Promise.race([posted, process.crashed])
        told.push({ wish: what, outcome, tries, place, from, to: bookOf(what).transactions.length })
        if ('fault' in outcome || what.dryRun) return
        const name = nameOf(what.requests[0].book)
        recorded.set(name, [...(recorded.get(name) ?? []), ...outcome.map(({ transaction }) => transaction)])
        return
      } catch (error) {
        if (!isPassing(error)) throw error
      }
    }
  }

  const askAll = async (wishes: readonly Wish[]): Promise<void> => {
    const froms = wishes.map((what) => bookOf(what).transactions.length)
    const begun = await begin(wishes)
    await Promise.all(wishes.map((what, at) => ask(what, froms[at]!, begun[at]!)))
  }

  const client = async (): Promise<void> => {
    for (let left = random.between(2, 6); left > 0; left--) {
      const draw = (): Wish => wish((book) => recorded.get(nameOf({ merchant: book.merchant, mode: 'test' })) ?? [])
      const what = draw()
      const kind = random.between(0, 9)
      // At times several are asked of one process at once, or the same of whichever process.
      if (kind < 2) await askAll([what, ...Array.from({ length: random.between(1, 4) }, draw)])
      else await Promise.all(Array.from({ length: kind < 4 ? 2 : 1 }, () => askAll([what])))
    }
  }

  /** Somebody whose clock may be ahead of all others closes a period now and then. */
  const closer = async (): Promise<void> => {
    for (let left = random.between(0, 2); left > 0; left--) {
      for (let wait = random.between(1, 60); wait > 0; wait--) await agenda.turn()
      const beforeMs = nowMs + random.between(-90_000, 60_000)
      await server.close(random.pick(books), new Date(Math.floor(beforeMs / 1_000) * 1_000))
    }
  }

  const clients = Array.from({ length: random.between(1, 5) }, client)
  await agenda.until(Promise.all([...clients, closer()]))
  return { books, told, trouble: trouble.seen }
}
