import { sqlState, type Database } from '@micro/postgres'
import { isRefusal } from '../ingest/ingest.events.ts'
import { faresOf } from './fare.ts'
import type { Result } from './result.ts'
import { insertAttempts, noteFares, settleDeliveries } from './result.store.ts'

/** Since when an endpoint has failed, and how often; undefined when it does not, or nobody wants it any more. */
export type Failing = { readonly failing_since: Date | null; readonly failures: number } | undefined

/** Records what a request came to; resolves once that is durable. */
export type RecordResult = (result: Result) => Promise<Failing>

/** In one database transaction. */
const loadMax = 64
/** Under way at a time: the one that waits for a lock, or the disk, does not keep the other. */
const loadsMax = 2

interface Waiting {
  readonly result: Result
  readonly resolve: (failing: Failing) => void
  readonly reject: (error: unknown) => void
}

/** Somebody else has locked what one of them needs: a deadlock, or a wait that took too long. */
const isInTheWay = (error: unknown): boolean => /^(40|55P03|57014)/.test(sqlState(error) ?? '')

/**
 * Records results together without timers: what ends while others are recorded waits, and the next database transaction
 * takes all of it. One that comes alone is recorded at once.
 */
export const createRecorder = ({ db }: { db: Database }): RecordResult => {
  const waiting: Waiting[] = []
  let loads = 0
  let called = false

  /** The statements are sent together and run in order. */
  const record = (results: readonly Result[]): Promise<Map<string, Failing>> =>
    db.transaction(async (sql) => {
      const [, , failing] = await Promise.all([
        insertAttempts(
          sql,
          results.map(({ attempt }) => attempt),
        ),
        settleDeliveries(sql, results),
        noteFares(sql.andCommit, faresOf(results)),
      ])
      return new Map(failing.map(({ id, ...each }) => [id, each]))
    })

  /** Of one delivery there may be two results, when its lease ran out meanwhile: each is recorded by itself, in order. */
  const takeLoad = (): Waiting[] => {
    const ids = new Set<string>()
    const end = waiting.findIndex(({ result }, at) => at === loadMax || ids.size === ids.add(result.row.id).size)
    return waiting.splice(0, end < 0 ? waiting.length : end)
  }

  const depart = async (load: readonly Waiting[]): Promise<void> => {
    try {
      const failing = await record(load.map(({ result }) => result))
      for (const { result, resolve } of load) resolve(failing.get(result.row.endpoint.id))
    } catch (error) {
      // Of several that the database will not have, it may be one; nor need all wait for what one of them waited for.
      if (load.length > 1 && (isRefusal(error) || isInTheWay(error))) for (const each of load) await depart([each])
      else for (const { reject } of load) reject(error)
    }
  }

  // After the sockets that are ready have been read, so that what ended together is recorded together.
  const call = (): void => {
    if (called || waiting.length === 0 || loads >= loadsMax) return
    called = true
    setImmediate(() => {
      called = false
      loads++
      void depart(takeLoad()).finally(() => {
        loads--
        call()
      })
    })
  }

  return (result) =>
    new Promise((resolve, reject) => {
      waiting.push({ result, resolve, reject })
      call()
    })
}
