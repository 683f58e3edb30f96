import type { Client } from '@micro/client'
import type { BusMessages, OutboxEvent, outboxApi } from '@micro/contracts'
import { assert, monotonicMs } from '@micro/kernel'
import { sqlState, type Database, type TransactionSql } from '@micro/postgres'
import { createWorker, type Runtime, type Worker } from '@micro/service'
import { toWire, type EventRow } from '../event/event.ts'
import { createIngestMetrics } from './ingest-metrics.ts'
import { byTenant, deadLetter, sortOut, withoutKnown, type DeadLetter, type TenantArrivals } from './ingest.ts'
import {
  countPending,
  insertDeadLetters,
  insertEvents,
  lockLease,
  noteDrained,
  raiseHeads,
  releaseLease,
  selectKnown,
  takeLease,
  type Lease,
} from './ingest.store.ts'

/** A producing service's outbox, however its calls are carried. */
export type Source = Pick<Client<ReturnType<typeof outboxApi>>, 'pullOutbox' | 'acknowledgeOutbox'>

export interface IngestOptions extends Pick<Runtime, 'bus' | 'clock' | 'log' | 'metrics' | 'traces'> {
  readonly db: Database
  /** The producing service's name. */
  readonly name: string
  readonly source: Source
  /** Tells this process from every other reader of the outbox. */
  readonly holder: string
  readonly batchMax: number
  readonly leaseMs: number
  readonly pollMs: number
}

/** How often it is noted that everything stored is acknowledged. */
const drainedEveryMs = 10 * 60 * 1_000

/** Another reader took the outbox over while we read: what we pulled is its to store. */
class LeaseLostError extends Error {
  override name = 'LeaseLostError'
}

type Stored = BusMessages['events.stored']
interface Outcome {
  readonly stored: readonly Stored[]
  readonly dead: readonly DeadLetter[]
  readonly repeated: number
}

/** Gives each tenant's arrivals the seqs up to its new head, in order. */
const number = (
  tenants: readonly TenantArrivals[],
  heads: readonly { merchant: string; mode: string; last_seq: bigint }[],
): EventRow[][] =>
  tenants.map(({ merchant, mode, arrivals }) => {
    const head = heads.find((each) => each.merchant === merchant && each.mode === mode)
    assert(head !== undefined, `tenant ${merchant} ${mode} has no head`)
    const before = head.last_seq - BigInt(arrivals.length)
    return arrivals.map(({ position: _, ...arrival }, at) => ({ ...arrival, seq: before + BigInt(at) + 1n }))
  })

/** As the database counted it: how many deliveries each event has, by its place. */
type Pending = ReadonlyMap<string, number>

const placeOf = ({ merchant, mode, seq }: { merchant: string; mode: string; seq: bigint }): string =>
  `${merchant}\0${mode}\0${seq}`

const announcementOf = (events: readonly EventRow[], pending: Pending): Stored[] => {
  const [event] = events
  if (event === undefined) return []
  const sequenced = events.map((row) => ({ seq: Number(row.seq), event: toWire(row, pending.get(placeOf(row))) }))
  return [{ merchant: event.merchant, mode: event.mode, events: sequenced }]
}

/** Stores a batch in the caller's database transaction; see README for the order of locks. */
const store = async (sql: TransactionSql, lease: Lease, rows: readonly OutboxEvent[]): Promise<Outcome> => {
  const { arrivals, dead } = sortOut(rows)
  const ids = arrivals.map(({ id }) => id)
  // Sent together, run in order: what is known is asked under the lock.
  const [mine, known] = await Promise.all([lockLease(sql, lease), selectKnown(sql, ids)])
  if (!mine) throw new LeaseLostError(`outbox ${lease.source} was taken over`)
  const fresh = withoutKnown(lease.source, arrivals, known)
  const letters = [...dead, ...fresh.dead]
  if (letters.length > 0) await insertDeadLetters(sql, lease.source, letters)
  if (fresh.fresh.length === 0) return { stored: [], dead: letters, repeated: fresh.repeated }
  const tenants = byTenant(fresh.fresh)
  const numbered = number(tenants, await raiseHeads(sql, tenants))
  const stamped = numbered.flat()
  // Sent together, run in order: the deliveries are made with the events.
  const [, counted] = await Promise.all([
    insertEvents(sql, lease.source, stamped),
    countPending(sql.andCommit, stamped),
  ])
  const pending = new Map(counted.map((each) => [placeOf(each), Number(each.pending)]))
  const stored = numbered.flatMap((each) => announcementOf(each, pending))
  return { stored, dead: letters, repeated: fresh.repeated }
}

/** True when PostgreSQL refused the content itself (data exception, broken constraint, too large): trying again cannot help. */
export const isRefusal = (error: unknown): boolean => /^(22|23|54)/.test(sqlState(error) ?? '')

/** Stores one row, or puts it aside when the database will not have it. */
const storeAlone = async (db: Database, lease: Lease, row: OutboxEvent): Promise<Outcome> => {
  try {
    return await db.transaction((sql) => store(sql, lease, [row]))
  } catch (error) {
    if (!isRefusal(error)) throw error
    const letter = deadLetter(row, `the database refused it: ${(error as Error).message}`)
    await insertDeadLetters(db.sql, lease.source, [letter])
    return { stored: [], dead: [letter], repeated: 0 }
  }
}

/** A refused batch is stored row by row, still in order, so that only the offending row is put aside. */
const storeBatch = async (db: Database, lease: Lease, rows: readonly OutboxEvent[]): Promise<Outcome[]> => {
  try {
    return [await db.transaction((sql) => store(sql, lease, rows))]
  } catch (error) {
    if (!isRefusal(error)) throw error
    const outcomes: Outcome[] = []
    for (const row of rows) outcomes.push(await storeAlone(db, lease, row))
    return outcomes
  }
}

/** Brings one outbox's events into the store, for as long as this process holds the outbox's lease. */
export const createIngest = (options: IngestOptions): Worker => {
  const { db, bus, log, traces, name, source, holder, batchMax, leaseMs } = options
  const count = createIngestMetrics({ ...options, source: name })

  const announce = ({ stored, dead, repeated }: Outcome): void => {
    count.repeated(repeated)
    count.putAside(dead.length)
    for (const message of stored) {
      bus.publish('events.stored', message)
      for (const { seq, event } of message.events) {
        count.stored(event.created)
        log.info(
          { source: name, event: event.id, type: event.type, merchant: message.merchant, mode: message.mode, seq },
          'event.stored',
        )
      }
    }
    for (const { position, event_id, reason } of dead)
      log.error({ source: name, position, event: event_id, reason }, 'event.put_aside')
  }

  let held: { readonly lease: Lease; readonly renewAtMs: number } | undefined

  // Renewed when half of it is gone and not for every batch, each time a commit. What a round may do never rests on
  // this memory: `store` locks the lease's row and sees there whose it is.
  const ownLease = async (): Promise<Lease | undefined> => {
    if (held !== undefined && monotonicMs() < held.renewAtMs) return held.lease
    const renewAtMs = monotonicMs() + leaseMs / 2
    const lease = await takeLease(db.sql, { source: name, holder, leaseMs })
    held = lease && { lease, renewAtMs }
    return lease
  }

  /** Stores what was pulled and says so to its source. False when another reader took over. */
  const bringIn = async (lease: Lease, rows: readonly OutboxEvent[]): Promise<boolean> => {
    try {
      const outcomes = await storeBatch(db, lease, rows)
      // Announced as soon as they are durable: a slow or lost acknowledgement only brings the rows here once more.
      outcomes.forEach(announce)
    } catch (error) {
      if (!(error instanceof LeaseLostError)) throw error
      held = undefined
      return false
    }
    await source.acknowledgeOutbox({ body: { positions: rows.map(({ position }) => position) } })
    return true
  }

  let drainedNotedMs: number | undefined

  // All that the outbox had was in the answer, and is acknowledged: what was stored before it was asked is, too.
  const drained = async (lease: Lease): Promise<void> => {
    if (drainedNotedMs !== undefined && monotonicMs() < drainedNotedMs + drainedEveryMs) return
    await noteDrained(db.sql, lease)
    drainedNotedMs = monotonicMs()
  }

  const round = async (): Promise<boolean> => {
    const lease = await ownLease()
    if (lease === undefined) return false
    const { events: rows, has_more: more = false } = await source.pullOutbox({ query: { limit: batchMax } })
    const facts = { 'micro.source': name, 'micro.events': rows.length }
    const isOurs = rows.length === 0 || (await traces.root('ingest events', { facts }, () => bringIn(lease, rows)))
    const isFull = more || rows.length >= batchMax
    if (isOurs && !isFull) await drained(lease)
    return isOurs && isFull
  }

  const worker = createWorker({ name: `ingest ${name}`, everyMs: options.pollMs, log, round })
  const unsubscribe = bus.subscribe('outbox.ready', ({ service }) => {
    if (service === name) worker.ring()
  })
  return {
    ...worker,
    async stop() {
      unsubscribe()
      await worker.stop()
      // Best effort: a lease not given back runs out by itself.
      await releaseLease(db.sql, { source: name, holder }).catch(() => {})
    },
  }
}
