import { randomUUID } from 'node:crypto'
import type { Clock } from '@micro/kernel'
import type { Database } from '@micro/postgres'
import { createWorker, type Logger, type MicroBus, type Worker } from '@micro/service'
import type { Attempt } from './attempt.work.ts'
import type { createAttemptMetrics } from './attempt-metrics.ts'
import { bringForward, leaseDue, lockAsking, type LeasedRow } from './queue.store.ts'
import { hasRoom, roomBeside, type UnderWay } from './room.ts'
import { waitsMax } from './schedule.ts'

export interface DelivererOptions {
  readonly db: Database
  readonly bus: MicroBus
  readonly clock: Clock
  readonly log: Logger
  readonly attempt: Attempt
  readonly count: ReturnType<typeof createAttemptMetrics>
  /** Requests under way at a time. */
  readonly concurrency: number
  /** How often it looks when nothing rings, in ms. */
  readonly pollMs: number
}

export interface Deliverer {
  /** Begins what is due, as far as there is room. True when there may be more. */
  round(): Promise<boolean>
  /** Resolves when nothing is under way. */
  settled(): Promise<void>
  readonly worker: Worker
}

/** By how much a lease is longer than its request may take, so that none is made twice while its answer is waited for. */
const leaseMarginMs = 10_000
/** How long room that is made is gathered while others are under way. */
const gatherMs = 10
/** By how much a clock is set back at least, when it is: less is borne. */
const backMsMin = 1_000
const broughtForwardMax = 1_000
/** How long a stop waits for answers before it breaks requests off; they are made again after the start. */
const stopMs = 3_000

/**
 * Delivers to webhook endpoints. What it does is in the database: another process takes over what this one leaves
 * behind, and any number of them share the work.
 */
export const createDeliverer = (options: DelivererOptions): Deliverer => {
  const { db, bus, clock, log, attempt, count, concurrency } = options
  const underWay = new Map<Promise<void>, UnderWay>()
  const breakOff = new AbortController()

  const room = () => roomBeside(underWay.values(), concurrency)

  // What ends within a moment makes room together: one round for each of a hundred would be a hundred times the work.
  let soon: NodeJS.Timeout | undefined
  const ringSoon = (): void => {
    if (underWay.size === 0) return worker.ring()
    soon ??= setTimeout(() => {
      soon = undefined
      worker.ring()
    }, gatherMs)
  }

  const begin = (row: LeasedRow, lease: string): void => {
    if (row.attempts === 0) count.late(clock.now().getTime() - row.event_created_at.getTime())
    const work = attempt(row, lease, breakOff.signal)
      .catch((err: unknown) => log.error({ err, delivery: row.id, endpoint: row.endpoint.id }, 'webhook.attempt_broke'))
      .finally(() => {
        underWay.delete(work)
        ringSoon()
      })
    underWay.set(work, { merchant: row.merchant, mode: row.mode, failing: row.endpoint.failing })
  }

  let latestMs = clock.now().getTime()
  /** What was to be sent at a time that the clock told before it was set back would wait until it tells it again. */
  const followClock = async (now: Date): Promise<void> => {
    const ahead = { waits: waitsMax, now, limit: broughtForwardMax }
    if (latestMs - now.getTime() >= backMsMin) while ((await bringForward(db.sql, ahead)) === broughtForwardMax);
    latestMs = now.getTime()
  }

  const round = async (): Promise<boolean> => {
    const now = clock.now()
    await followClock(now)
    const free = room()
    if (free.total <= 0) return false
    const lease = randomUUID()
    const rows = await db.transaction(async (sql) => {
      const endpoints = (await lockAsking(sql, { now, room: free })).map(({ id }) => id)
      if (endpoints.length === 0) return []
      return leaseDue(sql.andCommit, { endpoints, lease, marginMs: leaseMarginMs, now, room: free })
    })
    for (const row of rows) begin(row, lease)
    const left = room()
    if (rows.length === free.total) return left.total > 0
    // Some merchants left of theirs what others could have. Where little is left it is gathered first.
    return left.total > concurrency / 2 && rows.some((row) => row.cut && hasRoom(left, row))
  }

  const settled = async (): Promise<void> => {
    while (underWay.size > 0) await Promise.allSettled(underWay.keys())
  }

  const worker = createWorker({ name: 'webhooks', everyMs: options.pollMs, log, round })
  const unsubscribe = bus.subscribe('events.stored', () => worker.ring())
  return {
    round,
    settled,
    worker: {
      ...worker,
      async stop() {
        unsubscribe()
        await worker.stop()
        const timer = setTimeout(() => breakOff.abort(), stopMs)
        await settled()
        clearTimeout(timer)
        clearTimeout(soon)
      },
    },
  }
}
