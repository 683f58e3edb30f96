import { randomBytes } from 'node:crypto'
import { assert } from '@micro/kernel'
import type { Database } from '@micro/postgres'
import { shareThread, type Runtime } from '@micro/service'
import { fingerprintOf } from '../transactions/fingerprint.ts'
import { deedOf } from './action.ts'
import { nameOf } from '../books/book.ts'
import { createCarrier } from './carry.ts'
import { createPostingMetrics } from './posting-metrics.ts'
import { hasWords, type PostRequest, type PostResult } from './posting.ts'
import { createQueue } from './queue.ts'
import { bookOf } from './settle.ts'
import { bytesOf, isLong, isRefusal, type Outcome, type Part } from './ticket.ts'

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
/** One that is written, and one decided meanwhile. */
const flightsMax = 2
const flightShareMin = 32
const flightBytesMax = 4 * 1024 * 1024
const waitingMax = 20_000
const waitingBytesMax = 64 * 1024 * 1024

/** For what is not salted. */
const noSalt = Buffer.alloc(16)

/** Postings leave in flights: all that wait when one starts share its locks, its statements and its commit. */
export const createPosting = ({
  db,
  clock,
  newId,
  metrics,
  traces,
}: Pick<Runtime, 'clock' | 'newId' | 'metrics' | 'traces'> & { db: Database }): Posting => {
  const queue = createQueue({
    carry: createCarrier({ db, clock, metrics, traces }),
    loadMax: flightMax,
    loadBytesMax: flightBytesMax,
    loadsMax: flightsMax,
    shareMin: flightShareMin,
    waitingMax,
    waitingBytesMax,
    bytesOf,
    lineOf: (ticket) => nameOf(bookOf(ticket)),
  })

  const partOf = (request: PostRequest): Part => ({
    request,
    id: newId('ledger_transaction'),
    fingerprint: fingerprintOf(request.action === undefined ? request : { ...request, deed: deedOf(request.action) }),
    salt: hasWords(request) ? randomBytes(16) : noSalt,
  })

  const partsInTurns = async (requests: readonly PostRequest[]): Promise<Part[]> => {
    const letOthers = shareThread()
    const parts: Part[] = []
    for (const request of requests) {
      parts.push(partOf(request))
      await letOthers()
    }
    return parts
  }

  const carryTogether = async (requests: readonly PostRequest[], dryRun: boolean): Promise<Outcome> => {
    const [first, ...rest] = isLong(requests) ? await partsInTurns(requests) : requests.map(partOf)
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
