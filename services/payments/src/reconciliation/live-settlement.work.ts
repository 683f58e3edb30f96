import type { Tenant } from '@micro/contracts'
import { addMs, assert, type Clock } from '@micro/kernel'
import type { Database } from '@micro/postgres'
import { within, type Logger } from '@micro/service'
import type { FeeWork } from '../processor-fees/processor-fee.work.ts'
import type { ConfiguredProcessor } from '../processors/configured.ts'
import { listProcessors } from '../processors/configured.store.ts'
import type { LiveProcessors } from '../processors/live.ts'
import { isKeyRefused } from '../processors/stripe-telling.work.ts'
import { findLiveSettledUntil, insertLiveLines, saveLiveSettledUntil } from './live-settlement.store.ts'

const answerMsMax = 60_000
const dayMs = 24 * 60 * 60 * 1_000

/** Read as a whole before it counts as read, since its newest lines come first. */
const stretchMs = 7 * dayMs
/** A day's payments of a large shop; more than that in a week is read in stretches that get shorter. */
const pagesMax = 200
// What a processor writes down at the same time need not come to be seen in that order, so the end is read again.
const overlapMs = 10 * 60 * 1_000
const clockSkewMs = 60 * 60 * 1_000

export interface LiveSettlementDependencies {
  readonly db: Database
  readonly clock: Clock
  readonly live: LiveProcessors
  readonly fees: FeeWork
  readonly log: Logger
}

const earlier = (a: Date, b: Date): Date => (a < b ? a : b)

/**
 * Writes down what a merchant's live processors have settled since they were last asked, and books what they kept of it.
 * False where a key may not read that: then there is nothing to compare with.
 * @param onPage told after each page, so that whoever waits knows that it goes on
 */
export const readLiveSettlements = async (
  { db, clock, live, fees, log }: LiveSettlementDependencies,
  tenant: Tenant,
  onPage: () => Promise<void>,
): Promise<boolean> => {
  const readStretch = async (processor: string, from: Date, until: Date): Promise<boolean> => {
    const teller = await live.teller(tenant, processor)
    let after: string | undefined
    for (let pages = 0; pages < pagesMax; pages++) {
      const place = { from, until, after }
      const { lines, next } = await within(answerMsMax, () => teller.settled(place))
      if (lines.length > 0) await insertLiveLines(db.sql, tenant, { lines, now: clock.now() })
      await onPage()
      if (next === undefined) return true
      assert(next !== after, `processor ${processor} tells the same page again`)
      after = next
    }
    return false
  }

  const readOne = async ({ id: processor, created_at }: ConfiguredProcessor): Promise<void> => {
    const place = { merchant: tenant.merchant, mode: tenant.mode, processor }
    let until = (await findLiveSettledUntil(db.sql, place)) ?? addMs(created_at, -clockSkewMs)
    let ms = stretchMs
    const now = clock.now()
    while (until < now) {
      const end = earlier(addMs(until, ms), now)
      if (await readStretch(processor, addMs(until, -overlapMs), addMs(end, clockSkewMs))) {
        until = end
        await saveLiveSettledUntil(db.sql, place, until)
      } else {
        ms = Math.floor(ms / 4)
        assert(ms > overlapMs, `processor ${processor} settles more than can be read`)
      }
    }
  }

  let areAllRead = true
  for (const processor of await listProcessors(db.sql, tenant)) {
    try {
      await readOne(processor)
    } catch (error) {
      if (!isKeyRefused(error)) throw error
      areAllRead = false
      log.warn({ err: error, processor: processor.id }, 'settlement.key_refused')
    }
  }
  await fees.sweep(tenant)
  return areAllRead
}
