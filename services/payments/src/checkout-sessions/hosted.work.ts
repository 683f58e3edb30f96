import type { Tenant } from '@micro/contracts'
import { addMs, assert, Fault } from '@micro/kernel'
import { within } from '@micro/service'
import { tellUnknown } from '../charges/ambiguity.ts'
import { completionLeaseMs, type ChargeDependencies } from '../charges/charge.work.ts'
import { fateOfPage, isPageOf, type PageProcessor, type PageThere } from '../processors/paging.ts'
import type { Session } from './checkout-session.ts'
import { findSession } from './checkout-session.store.ts'
import { sentOf, type HostedPage } from './hosted-page.ts'
import { claimLook, findPage, findPageOfCharge, takePage } from './hosted-page.store.ts'
import { pagesOf } from './page-making.work.ts'
import type { PagePaymentWork } from './page-payment.work.ts'

/** A retrieval looks at a page no more often than this. */
const lookEveryMs = 2_000

/** Sessions of live mode by what their processors say of their pages. */
export interface HostedWork {
  /** The session as its processor has it by now, where it answers in time and was not asked just before. */
  catchUp(seen: Session): Promise<Session>
  /** As `catchUp`, asked in any case; undefined where there was no answer. */
  look(seen: Session, page: HostedPage, waitMs: number): Promise<Session | undefined>
  /**
   * Ends its page there, so that it can be ended here; of one that was paid meanwhile, books that.
   * @throws Fault lock_timeout while it is being made or paid, upstream_timeout where nobody says
   */
  close(seen: Session): Promise<void>
  /** What a processor was asked of a page by itself. False when it is none of this merchant's there, or only bears its name. */
  hear(teller: Tenant & { readonly processor: string }, session: string, there: PageThere): Promise<boolean>
  /** A processor tells of a charge that will be made on a page of it: looks whether it was. @throws where it does not say */
  ring(teller: Tenant & { readonly processor: string }, charge: string): Promise<void>
}

export const createHostedWork = (deps: ChargeDependencies, payments: PagePaymentWork): HostedWork => {
  const { db, clock, config, log } = deps
  const { hear } = payments

  const tellOf = ({ session, processor }: HostedPage) =>
    tellUnknown(log, { session, processor }, 'checkout.page_unknown')

  const look: HostedWork['look'] = async (seen, page, waitMs) => {
    let there: PageThere | undefined
    try {
      there = await within(waitMs, (signal) => pagesOf(deps, page).find(sentOf(seen, page), signal))
    } catch (error) {
      tellOf(page)('find', error)
      return undefined
    }
    return there === undefined ? seen : hear(seen, page, there)
  }

  /** @throws Fault upstream_timeout */
  const ask = async <T>(
    page: HostedPage,
    work: (pages: PageProcessor, signal: AbortSignal) => Promise<T>,
  ): Promise<T> => {
    try {
      return await within(config.processorTimeoutMs, (signal) => work(pagesOf(deps, page), signal))
    } catch (error) {
      tellOf(page)('find', error)
      throw new Fault('upstream_timeout', { service: 'payment processor' }, { cause: error })
    }
  }

  /** The page with the name it has there; undefined: none was made, and nobody makes one for now. */
  const knownPage = async (seen: Session, page: HostedPage): Promise<HostedPage | undefined> => {
    if (page.processor_id !== null) return page
    const now = clock.now()
    const mine = await takePage(db.sql, page, { now, until: addMs(now, completionLeaseMs(config)) })
    if (!mine) throw new Fault('lock_timeout')
    const found = await ask(page, (pages, signal) => pages.find(sentOf(seen, page), signal))
    return found && { ...page, processor_id: found.id, url: found.url ?? seen.url }
  }

  return {
    look,
    async catchUp(seen) {
      const page = seen.status === 'open' ? await findPage(db.sql, seen, seen.id) : undefined
      // What is not known yet somebody is at work on.
      if (page === undefined || page.processor_id === null) return seen
      const now = clock.now()
      if (!(await claimLook(db.sql, page, { now, before: addMs(now, -lookEveryMs) }))) return seen
      return (await look(seen, page, config.lookupTimeoutMs)) ?? seen
    },
    async close(seen) {
      const row = await findPage(db.sql, seen, seen.id)
      assert(row !== undefined, `session ${seen.id} of live mode has no page`)
      const page = await knownPage(seen, row)
      if (page === undefined) return
      const there = await ask(page, (pages, signal) => pages.close(sentOf(seen, page), signal))
      const fate = fateOfPage(there)
      if (fate === 'open') throw new Fault('lock_timeout')
      if (fate === 'paid') await hear(seen, page, there)
    },
    async hear(teller, id, there) {
      const page = await findPage(db.sql, teller, id)
      const session = page && (await findSession(db.sql, teller, id))
      if (session === undefined || page?.processor !== teller.processor) return false
      await hear(session, page, there)
      return isPageOf(there, sentOf(session, page))
    },
    async ring(teller, charge) {
      const page = await findPageOfCharge(db.sql, teller, charge)
      if (page?.processor !== teller.processor) return
      const session = await findSession(db.sql, teller, page.session)
      assert(session !== undefined, `the session of page ${page.session} is gone`)
      if (session.status !== 'open') return
      const seen = await look(session, page, config.patientLookupMs)
      assert(seen !== undefined, `it is not known how page ${page.session} stands`)
    },
  }
}
