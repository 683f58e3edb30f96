import { addMs, assert } from '@micro/kernel'
import { remotely, tellUnknown } from '../charges/ambiguity.ts'
import type { ChargeDependencies } from '../charges/charge.work.ts'
import type { PageAnswer, PageProcessor } from '../processors/paging.ts'
import { choose } from '../processors/routing.ts'
import type { Session } from './checkout-session.ts'
import { lineItemsOf } from './checkout-session.store.ts'
import { requestOf, type HostedPage } from './hosted-page.ts'
import { savePageMoved } from './hosted-page.store.ts'
import type { PagePaymentWork } from './page-payment.work.ts'

/** Unknown: it may have been made, or not. Refused: by every processor that takes such a payment. */
export type Making = { readonly kind: 'made' | 'unknown' } | { readonly kind: 'refused'; readonly reason: string }

export interface PageMakingWork {
  /** `send`: what was certainly never sent; `resolve`: what may have been. Whoever asks has the page to themselves. */
  make(session: Session, page: HostedPage, how: 'send' | 'resolve'): Promise<Making>
}

export const pagesOf = (deps: ChargeDependencies, page: HostedPage): PageProcessor => {
  const { live } = deps.processors
  assert(live !== undefined, `session ${page.session} is of live mode, which is not there`)
  return live.pages({ merchant: page.merchant, mode: page.mode }, page.processor)
}

/** Pages are made as charges are: sent once, looked up where the answer was lost, and elsewhere where one is refused. */
export const createPageMakingWork = (deps: ChargeDependencies, payments: PagePaymentWork): PageMakingWork => {
  const { db, clock, config, log } = deps

  const remote = async (session: Session, page: HostedPage) => {
    const { customer_email: email } = session
    const request = requestOf(session, page, { items: await lineItemsOf(db.sql, session), email })
    const pages = pagesOf(deps, page)
    return remotely<PageAnswer>(
      {
        send: (signal) => pages.make(request, signal),
        async find(signal) {
          const found = await pages.find(request, signal)
          return found && { kind: 'there', page: found }
        },
      },
      { sendMs: config.processorTimeoutMs, findMs: config.lookupTimeoutMs },
      tellUnknown(log, { session: session.id, processor: page.processor }, 'checkout.page_unknown'),
    )
  }

  const following = async (session: Session, page: HostedPage): Promise<string | undefined> => {
    const { amount_total: amount, currency, intent_data: data } = session
    const payment = { amount: amount ?? 0n, currency: currency ?? '', metadata: data.metadata ?? {} }
    const asked = new Set([...page.refused_by, page.processor])
    const taking = choose((await deps.processors.live?.list(session)) ?? [], payment)
    return taking.find(({ id }) => !asked.has(id))?.id
  }

  const make: PageMakingWork['make'] = async (session, page, how) => {
    if (session.status !== 'open' || page.processor_id !== null) return { kind: 'made' }
    const { send, resolve } = await remote(session, page)
    const answer = await (how === 'send' ? send() : resolve(config.patientLookupMs))
    if (answer === undefined) return { kind: 'unknown' }
    if (answer.kind === 'there') {
      await payments.hear(session, page, answer.page)
      return { kind: 'made' }
    }
    const { reason } = answer
    log.warn({ session: session.id, processor: page.processor, reason }, 'checkout.page_refused')
    const to = await following(session, page)
    if (to === undefined) return { kind: 'refused', reason }
    const moved = { ...page, processor: to, refused_by: [...page.refused_by, page.processor] }
    const dueAt = addMs(clock.now(), config.chargeLeaseMs)
    // Somebody else went on with it.
    if (!(await savePageMoved(db.sql, page, { to, dueAt }))) return { kind: 'unknown' }
    return make(session, moved, 'send')
  }
  return { make }
}
