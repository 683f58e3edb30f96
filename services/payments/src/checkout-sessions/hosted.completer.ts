import { addMs } from '@micro/kernel'
import { createQueue, type Progress, type Queue } from '../background/queue.work.ts'
import type { Turn } from '../background/turns.ts'
import { completionLeaseMs, type ChargeDependencies } from '../charges/charge.work.ts'
import { findSession } from './checkout-session.store.ts'
import { nextLookMs, type HostedPage } from './hosted-page.ts'
import { deferPage, settlePage, takeDuePages } from './hosted-page.store.ts'
import type { HostedWork } from './hosted.work.ts'
import type { PageMakingWork } from './page-making.work.ts'
import type { PagePaymentWork } from './page-payment.work.ts'

const batchSize = 20
const everyMs = 2_000
/** Buyers wait for a page that is not made yet. */
const backoff = { minMs: 5_000, maxMs: 2 * 60_000 }

/** Makes the pages whose making crashed or was not answered, and looks at those that stay open. */
export const createHostedCompleter = (
  deps: ChargeDependencies,
  work: { readonly hosted: HostedWork; readonly making: PageMakingWork; readonly payments: PagePaymentWork },
): Queue => {
  const { db, clock, config } = deps

  const seeTo = async (page: HostedPage): Promise<Progress> => {
    const session = await findSession(db.sql, page, page.session)
    if (session?.status !== 'open') {
      await settlePage(db.sql, page, page.session)
      return 'done'
    }
    if (page.processor_id === null) {
      const made = await work.making.make(session, page, 'resolve')
      if (made.kind === 'refused') await work.payments.end(session)
      return made.kind === 'unknown' ? 'later' : 'done'
    }
    const seen = await work.hosted.look(session, page, config.patientLookupMs)
    if (seen === undefined) return 'later'
    if (seen.status === 'open') await deferPage(db.sql, page, addMs(clock.now(), nextLookMs(page.looks)))
    return 'done'
  }

  return createQueue<HostedPage>(deps, {
    name: 'payments.checkout-pages',
    work: 'checkout_page',
    everyMs,
    batchSize,
    backoff,
    leased: true,
    idOf: ({ session }) => session,
    take: (turn: Turn) => {
      const now = clock.now()
      return takeDuePages(db.sql, { ...turn, now, until: addMs(now, completionLeaseMs(config)) })
    },
    one: seeTo,
    defer: (page, after) => deferPage(db.sql, page, after),
  })
}
