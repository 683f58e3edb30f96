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
import { createFlightMetrics, createPostingMetrics } from './posting-metrics.ts'
import type { PostRequest, PostResult } from './posting.ts'
import { createQueue } from './queue.ts'
import { bytesOf, isRefusal, type Outcome, type Part, type Ticket } from './ticket.ts'

export type { Action, Expiry, ParentPlace } from './action.ts'
export type { PostRequest, PostResult, SystemPosting } from './posting.ts'
export { isRefusal, type Outcome } from './ticket.ts'

/**
 * Records a transaction exactly once per reference, or answers with what is recorded. The one road for every write
 * of the ledger; what is behind it may change.
 * @throws Fault of posting.ts's `decide`, ledger_busy, upstream_unavailable
 */
export type Post = (request: PostRequest, options?: { dryRun?: boolean }) => Promise<PostResult>

/**
 * Records transactions of one book, at least one, all or not at all, each decided on what those before it left. Of
 * several calls on the same accounts the one made first is decided first; but what is refused on a flight whose commit
 * nobody heard of is decided once more, on what landed with it.
 * @throws Fault ledger_busy, upstream_unavailable
 */
export type PostTogether = (requests: readonly PostRequest[]) => Promise<Outcome>

export interface Posting {
  readonly post: Post
  readonly postTogether: PostTogether
}

/** Postings on one flight: more would gain little, and let each wait longer. */
const flightMax = 1_000
const flightBytesMax = 4 * 1024 * 1024
const waitingMax = 20_000
const waitingBytesMax = 64 * 1024 * 1024

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
}: Pick<Runtime, 'clock' | 'newId' | 'metrics' | 'traces'> & { db: Database }): Posting => {
  const flight = createFlight({ db, clock })
  const measured = createFlightMetrics(metrics)

  // A step of the trace of whoever set it off; the others on it see it as part of their own wait.
  const fly = (tickets: readonly Ticket[]): Promise<Outcome[]> => {
    const postings = tickets.reduce((sum, { parts }) => sum + parts.length, 0)
    return measured(postings, () => traces.step('ledger flight', { facts: { postings } }, () => flight(tickets)))
  }

  // Recorded or not, the references make a second flight converge.
  const flyTwice = (tickets: readonly Ticket[]): Promise<Outcome[]> =>
    fly(tickets).catch((error: unknown) => {
      if (error instanceof CommitUnknownError) return fly(tickets)
      throw error
    })

  /** Whatever the database refuses for one ticket's sake fails that one alone: halves are tried until it is found. */
  const carry = async (tickets: readonly Ticket[]): Promise<(Outcome | Error)[]> => {
    try {
      return await flyTwice(tickets)
    } catch (error) {
      const fault = faultOf(error)
      if (fault !== undefined) return tickets.map(() => fault)
      if (tickets.length === 1) return [error instanceof Error ? error : new Error(String(error))]
      const half = tickets.length >> 1
      return [...(await carry(tickets.slice(0, half))), ...(await carry(tickets.slice(half)))]
    }
  }

  const queue = createQueue({
    carry,
    loadMax: flightMax,
    loadBytesMax: flightBytesMax,
    loadsMax: 1,
    waitingMax,
    waitingBytesMax,
    bytesOf,
  })

  const partOf = (request: PostRequest): Part => ({
    request,
    id: newId('ledger_transaction'),
    fingerprint: fingerprintOf(request.action === undefined ? request : { ...request, deed: deedOf(request.action) }),
    salt: randomBytes(16),
  })

  const carryTogether = async (requests: readonly PostRequest[], dryRun: boolean): Promise<Outcome> => {
    const [first, ...rest] = requests.map(partOf)
    assert(first !== undefined, 'a ticket has a part')
    const outcome = await queue.put({ parts: [first, ...rest], dryRun })
    if (outcome instanceof Error) throw outcome
    return outcome
  }

  const counted = createPostingMetrics(metrics, queue)

  const postOne = async (request: PostRequest, dryRun: boolean): Promise<PostResult> => {
    const outcome = await counted(1, () => carryTogether([request], dryRun))
    if (isRefusal(outcome)) throw outcome.fault
    const [result] = outcome
    assert(result !== undefined, 'a ticket of one part has one result')
    return result
  }

  return {
    post: (request, { dryRun = false } = {}) => traces.step('ledger posting', {}, () => postOne(request, dryRun)),
    postTogether: (requests) => counted(requests.length, () => carryTogether(requests, false)),
  }
}
