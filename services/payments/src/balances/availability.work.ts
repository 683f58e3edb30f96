import { addMs } from '@micro/kernel'
import { appendOutbox, ringOutbox, type Worker } from '@micro/service'
import { createQueue } from '../background/queue.work.ts'
import type { ChargeDependencies } from '../charges/charge.work.ts'
import { findDueLooks, lockNews, saveLook, type DueLook } from './availability.store.ts'
import { balanceToWire } from './balance.ts'
import type { BalanceWork } from './balance.work.ts'

const batchSize = 20
const everyMs = 5_000
const dayMs = 86_400_000
const backoff = { minMs: 5_000, maxMs: 10 * 60_000 }

export interface Availability {
  /** Tells merchants whose pending money became available. True when there may be more. */
  round(): Promise<boolean>
  readonly worker: Worker
}

/** The start of the next day in UTC, when what was charged days ago is available. */
const nextDay = (now: Date): Date => addMs(now, dayMs - (now.getTime() % dayMs))

/**
 * Tells `balance.available`, as Stripe does when what is pending can be paid out: once for all that became so by then.
 * The balance in it is the ledger's, read before the news is; what moves meanwhile is in the next one.
 */
export const createAvailability = (deps: ChargeDependencies, balances: BalanceWork): Availability => {
  const { db, clock, bus, merchantTime } = deps
  const append = appendOutbox(deps)

  const tell = async (due: DueLook): Promise<void> => {
    const merchantNow = await merchantTime.now(due)
    const object = balanceToWire(await balances.read(due), due.mode)
    const told = await db.transaction(async (sql) => {
      const look = await lockNews(sql, due, merchantNow)
      if (look === undefined) return false
      await saveLook(sql, due, { toldUntil: merchantNow, lookAt: nextDay(merchantNow) })
      if (!look.news) return false
      await append(sql, { ...due, requestId: null, idempotencyKey: null }, [{ type: 'balance.available', object }])
      return true
    })
    if (told) ringOutbox(bus, 'payments')
  }

  const queue = createQueue<DueLook>(deps, {
    name: 'payments.availability',
    work: 'balance',
    everyMs,
    batchSize,
    backoff,
    leased: false,
    idOf: ({ merchant, mode }) => `${merchant}/${mode}`,
    take: ({ limit }) => findDueLooks(db.sql, { now: clock.now(), limit }),
    async one(due) {
      await tell(due)
      return 'done'
    },
  })
  merchantTime.onAdvance(() => queue.worker.ring())
  return queue
}
