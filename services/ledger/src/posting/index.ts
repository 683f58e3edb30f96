import { randomBytes } from 'node:crypto'
import { assert, Fault } from '@micro/kernel'
import {
  CommitUnknownError,
  isConnectionError,
  isRetryable,
  isUniqueViolation,
  sqlState,
  SQLSTATE,
  type Database,
} from '@micro/postgres'
import type { Runtime } from '@micro/service'
import { fingerprintOf } from '../transactions/fingerprint.ts'
import { deedOf } from './action.ts'
import { createFlight } from './flight.ts'
import { createGate } from './gate.ts'
import { createGuessing } from './guess.ts'
import { createMemory } from './memory.ts'
import { createFlightMetrics, createPostingMetrics } from './posting-metrics.ts'
import { hasWords, type PostRequest, type PostResult } from './posting.ts'
import { createQueue } from './queue.ts'
import { bytesOf, isRefusal, type Outcome, type Part, type Ticket } from './ticket.ts'

export type { PostRequest, PostResult, SystemPosting } from './posting.ts'

/**
 * Records a transaction exactly once per reference, or answers with what is recorded. The one road for every write
 * of the ledger; what is behind it may change.
 * @throws Fault of posting.ts's `decide`, ledger_busy, upstream_unavailable
 */
export type Post = (request: PostRequest, options?: { dryRun?: boolean }) => Promise<PostResult>

/** Postings on one flight: more would gain little, and let each wait longer. */
const flightMax = 1_000
/** One that is written, and one decided meanwhile. */
const flightsMax = 2
const flightShareMin = 32
const flightBytesMax = 4 * 1024 * 1024
const waitingMax = 20_000
const waitingBytesMax = 64 * 1024 * 1024

/** For what is not salted. */
const noSalt = Buffer.alloc(16)

const passing = (error: unknown): boolean => {
  const state = sqlState(error)
  return (
    isRetryable(error) ||
    state === SQLSTATE.lockNotAvailable ||
    state === SQLSTATE.queryCanceled ||
    isUniqueViolation(error)
  )
}

/** What a flight's failure means to each on it; what is none of these is a bug, and may be of one ticket only. */
const faultOf = (error: unknown): Fault | undefined => {
  if (error instanceof CommitUnknownError || isConnectionError(error))
    return new Fault('upstream_unavailable', { service: 'ledger', retry_after: 1 }, { cause: error })
  return passing(error) ? new Fault('ledger_busy', {}, { cause: error }) : undefined
}

/** Postings leave in flights: all that wait when one starts share its locks, its statements and its commit. */
export const createPosting = ({
  db,
  clock,
  newId,
  metrics,
  traces,
}: Pick<Runtime, 'clock' | 'newId' | 'metrics' | 'traces'> & { db: Database }): Post => {
  const memory = createMemory()
  const flight = createFlight({ db, clock, memory })
  const guessing = createGuessing({ db, clock, memory })
  const gate = createGate()
  const measured = createFlightMetrics(metrics)

  // A step of the trace of whoever set it off; the others on it see it as part of their own wait.
  const watched = <T>(tickets: readonly Ticket[], work: () => Promise<T>): Promise<T> => {
    const postings = tickets.reduce((sum, { parts }) => sum + parts.length, 0)
    return measured(postings, () => traces.step('ledger flight', { facts: { postings } }, work))
  }
  const fly = (tickets: readonly Ticket[]): Promise<Outcome[]> => watched(tickets, () => flight(tickets))

  // Recorded or not, the references make a second flight converge.
  const flyTwice = (tickets: readonly Ticket[]): Promise<Outcome[]> =>
    fly(tickets).catch((error: unknown) => {
      if (error instanceof CommitUnknownError) return fly(tickets)
      throw error
    })

  /** Whatever the database refuses for one ticket's sake fails that one alone: halves are tried until it is found. */
  const carryAlone = async (tickets: readonly Ticket[]): Promise<(Outcome | Error)[]> => {
    try {
      return await flyTwice(tickets)
    } catch (error) {
      const fault = faultOf(error)
      if (fault !== undefined) return tickets.map(() => fault)
      if (tickets.length === 1) return [error instanceof Error ? error : new Error(String(error))]
      const half = tickets.length >> 1
      return [...(await carryAlone(tickets.slice(0, half))), ...(await carryAlone(tickets.slice(half)))]
    }
  }

  /** The outcomes of what could be decided on what is remembered and was: all of that, or none. */
  const guess = async (tickets: readonly Ticket[]): Promise<readonly (Outcome | undefined)[]> => {
    await guessing.learn(tickets)
    await gate.enter()
    try {
      const { outcomes, landed } = guessing.send(tickets)
      const sent = tickets.filter((_, at) => outcomes[at] !== undefined)
      if (sent.length > 0) await watched(sent, () => landed)
      return outcomes
    } finally {
      gate.leave()
    }
  }

  // A guess that failed, for whatever reason, is decided again by a flight that looks, and told why by that.
  const carry = async (tickets: readonly Ticket[]): Promise<(Outcome | Error)[]> => {
    const outcomes: (Outcome | Error | undefined)[] = [...(await guess(tickets).catch(() => []))]
    const open = tickets.filter((_, at) => outcomes[at] === undefined)
    if (open.length === 0) return outcomes as (Outcome | Error)[]
    const rest = await gate.alone(() => carryAlone(open))
    let next = 0
    return tickets.map((_, at) => outcomes[at] ?? (rest[next++] as Outcome | Error))
  }

  const queue = createQueue({
    carry,
    loadMax: flightMax,
    loadBytesMax: flightBytesMax,
    loadsMax: flightsMax,
    shareMin: flightShareMin,
    waitingMax,
    waitingBytesMax,
    bytesOf,
  })

  const partOf = (request: PostRequest): Part => ({
    request,
    id: newId('ledger_transaction'),
    fingerprint: fingerprintOf(request.action === undefined ? request : { ...request, deed: deedOf(request.action) }),
    salt: hasWords(request) ? randomBytes(16) : noSalt,
  })

  const carryOne = async (request: PostRequest, dryRun: boolean): Promise<PostResult> => {
    const outcome = await queue.put({ parts: [partOf(request)], dryRun })
    if (outcome instanceof Error) throw outcome
    if (isRefusal(outcome)) throw outcome.fault
    const [result] = outcome
    assert(result !== undefined, 'a ticket of one part has one result')
    return result
  }

  const counted = createPostingMetrics(metrics, queue)
  return (request, { dryRun = false } = {}) =>
    counted(() => traces.step('ledger posting', {}, () => carryOne(request, dryRun)))
}
