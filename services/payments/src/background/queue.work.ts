import { setTimeout as delay } from 'node:timers/promises'
import type { Tenant } from '@micro/contracts'
import { addMs, type Clock } from '@micro/kernel'
import type { Database } from '@micro/postgres'
import { createWorker, type Logger, type Traces, type Worker } from '@micro/service'
import { deleteSetback, findAttempts, saveSetback } from './setback.store.ts'
import { backoffMs, type Backoff, type WorkName } from './setback.ts'
import { following, fullTenants, start, type Turn } from './turns.ts'

interface QueueDependencies {
  readonly db: Database
  readonly clock: Clock
  readonly log: Logger
  readonly traces: Traces
}

/** What became of an item: `later` when it could not be done now, which is no failure. */
export type Progress = 'done' | 'later'

export interface QueueOptions<Item extends Tenant> {
  /** How the worker is called. */
  readonly name: string
  readonly work: WorkName
  readonly everyMs: number
  /** How many items are under way at once; those of one tenant are at most half of it. */
  readonly batchSize: number
  readonly idOf: (item: Item) => string
  /** Items that are due and not set back. */
  readonly take: (turn: Turn) => Promise<readonly Item[]>
  readonly one: (item: Item) => Promise<Progress>
  /** How long items wait that failed. Left out where `one` never throws and sees to that itself. */
  readonly backoff?: Backoff
  /** What is taken is nobody else's for a while, so that more can be taken before all of it is done. */
  readonly leased: boolean
  /** Where an item waits by a time of its own. */
  readonly defer?: (item: Item, after: Date) => Promise<unknown>
}

/** Background work, item by item: one that fails, hangs, or whose tenant has thousands of them keeps nobody from theirs. */
export interface Queue {
  /** Takes a batch and waits for all of it. True when there may be more. */
  round(): Promise<boolean>
  readonly worker: Worker
}

export const createQueue = <Item extends Tenant>(deps: QueueDependencies, options: QueueOptions<Item>): Queue => {
  const { db, clock, log, traces } = deps
  const { name, work, everyMs, batchSize, idOf, backoff } = options
  const underWay = new Map<Promise<void>, Tenant>()
  let behind = start

  const setBack = async (item: Item, failed: number, error?: unknown): Promise<void> => {
    if (backoff === undefined) return log.error({ err: error, work, item: idOf(item) }, 'background.failed')
    const { merchant, mode } = item
    const retryMs = backoffMs(backoff, failed, idOf(item))
    const facts = { work, item: idOf(item), merchant, mode, attempts: failed + 1, retry_ms: retryMs }
    if (error !== undefined) log.error({ err: error, ...facts }, 'background.failed')
    const now = clock.now()
    const after = addMs(now, retryMs)
    await saveSetback(db.sql, work, { item: idOf(item), merchant, mode, attempts: failed + 1, after, now })
    await options.defer?.(item, after)
  }

  const attempt = async (item: Item, failed: number): Promise<void> => {
    try {
      const progress = await traces
        .root(`background ${work}`, {}, () => options.one(item))
        .catch((error: unknown) => ({ error }))
      if (typeof progress === 'object') return await setBack(item, failed, progress.error)
      if (progress === 'later') return await setBack(item, failed)
      if (failed > 0) await deleteSetback(db.sql, work, idOf(item))
    } catch (error) {
      log.error({ err: error, work, item: idOf(item) }, 'background.not_noted')
    }
  }

  const begin = async (limit: number): Promise<{ begun: Promise<void>[]; more: boolean; full: boolean }> => {
    if (limit === 0) return { begun: [], more: false, full: true }
    const each = Math.ceil(batchSize / 2)
    const turn = { limit, each, behind, full: fullTenants([...underWay.values()], each) }
    const items = await options.take(turn)
    const next = following(items, turn)
    behind = next.behind
    const failed =
      backoff === undefined || items.length === 0 ? undefined : await findAttempts(db.sql, work, items.map(idOf))
    const begun = items.map((item) => {
      const doing: Promise<void> = attempt(item, failed?.get(idOf(item)) ?? 0)
      underWay.set(doing, item)
      void doing.finally(() => underWay.delete(doing))
      return doing
    })
    return { begun, more: next.more, full: turn.full.length > 0 }
  }

  const round = async (): Promise<boolean> => {
    const { begun, more } = await begin(batchSize)
    await Promise.all(begun)
    return more
  }

  // What hangs is not waited for: others have their turn meanwhile.
  const goOn = async (signal: AbortSignal): Promise<boolean> => {
    const { more, full } = await begin(batchSize - underWay.size)
    const wait = underWay.size >= batchSize || (full && !more)
    if (wait)
      await Promise.race([...underWay.keys(), delay(everyMs, undefined, { signal, ref: false }).catch(() => {})])
    return more || wait
  }

  const worker = createWorker({ name, everyMs, log, round: options.leased ? goOn : round })
  return {
    round,
    worker: {
      ...worker,
      async stop() {
        await worker.stop()
        await Promise.all(underWay.keys())
      },
    },
  }
}
