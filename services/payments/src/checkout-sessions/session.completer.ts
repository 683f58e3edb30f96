import type { Worker } from '@micro/service'
import { createQueue, type Queue } from '../background/queue.work.ts'
import type { WorkName } from '../background/setback.ts'
import type { ChargeDependencies } from '../charges/charge.work.ts'
import type { Session } from './checkout-session.ts'
import { decidedSessions, expiredSessions } from './checkout-session.store.ts'
import type { CheckoutWork } from './checkout.work.ts'
import { createHostedCompleter } from './hosted.completer.ts'

const batchSize = 50
const everyMs = 2_000
const backoff = { minMs: 2_000, maxMs: 10 * 60_000 }

export interface SessionCompleter {
  /** Completes what was paid, expires what was not in time, and sees to pages of processors. True when there may be more. */
  round(): Promise<boolean>
  readonly workers: readonly Worker[]
}

/** Ends the sessions of buyers who paid and never came back, of pages that crashed, and those whose time is over. */
export const createSessionCompleter = (
  deps: ChargeDependencies,
  { checkouts, ...work }: { readonly checkouts: CheckoutWork } & Parameters<typeof createHostedCompleter>[1],
): SessionCompleter => {
  const { db, clock } = deps

  const ending = (
    { name, work }: { name: string; work: WorkName },
    find: typeof expiredSessions,
    end: (session: Session) => Promise<Session | undefined>,
  ): Queue =>
    createQueue<Session>(deps, {
      name,
      work,
      everyMs,
      batchSize,
      backoff,
      leased: false,
      idOf: ({ id }) => id,
      take: ({ limit }) => find(db.sql, { now: clock.now(), limit }),
      // What could not be ended now, such as one that is being paid, has another turn.
      async one(session) {
        const ended = await end(session)
        return ended === undefined || ended.status === 'open' ? 'later' : 'done'
      },
    })

  const decided = ending({ name: 'payments.checkout', work: 'checkout_session' }, decidedSessions, checkouts.catchUp)
  const expired = ending(
    { name: 'payments.checkout-expiry', work: 'checkout_session_expiry' },
    expiredSessions,
    checkouts.expireInTime,
  )
  const pages = createHostedCompleter(deps, work)
  deps.merchantTime.onAdvance(() => expired.worker.ring())
  return {
    async round() {
      const more = [await decided.round(), await pages.round(), await expired.round()]
      return more.includes(true)
    },
    workers: [decided.worker, pages.worker, expired.worker],
  }
}
