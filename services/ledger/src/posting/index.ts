import { randomBytes } from 'node:crypto'
import { assert } from '@micro/kernel'
import type { Database } from '@micro/postgres'
import type { Runtime } from '@micro/service'
import { fingerprintOf } from '../transactions/fingerprint.ts'
import { deedOf } from './action.ts'
import { createCarrier } from './carry.ts'
import { createPostingMetrics } from './posting-metrics.ts'
import { hasWords, type PostRequest, type PostResult } from './posting.ts'
import { createQueue } from './queue.ts'
import { bytesOf, isRefusal, type Part } from './ticket.ts'

export type { Action, Expiry, ParentPlace } from './action.ts'
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

/** Postings leave in flights: all that wait when one starts share its locks, its statements and its commit. */
export const createPosting = ({
  db,
  clock,
  newId,
  metrics,
  traces,
}: Pick<Runtime, 'clock' | 'newId' | 'metrics' | 'traces'> & { db: Database }): Post => {
  const queue = createQueue({
    carry: createCarrier({ db, clock, metrics, traces }),
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
