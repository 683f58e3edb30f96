import type { Tenant } from '@micro/contracts'
import { addMs, type Id } from '@micro/kernel'
import type { Sql } from '@micro/postgres'
import { appendOutbox, ringOutbox, type EmittedEvent } from '@micro/service'
import { createChargeWithinWork, type ChargedWithin } from '../charges/charge-within.work.ts'
import type { ChargeDependencies } from '../charges/charge.work.ts'
import { merchantNow } from '../merchant-clocks/merchant-now.ts'
import { agreeOn } from '../payment-intents/confirm.ts'
import { startedCharge } from '../payment-intents/start-charge.ts'
import { adoptedPaymentMethod, type PaymentMethod } from '../payment-methods/payment-method.ts'
import { isPaymentMethodId } from '../payment-methods/payment-method.ids.ts'
import { adoptPaymentMethod, findPaymentMethod, insertPaymentMethod } from '../payment-methods/payment-method.store.ts'
import type { KeptCard } from '../processors/live.ts'
import { fateOfPage, isPageOf, type PagePayment, type PageThere } from '../processors/paging.ts'
import type { Success } from '../processors/processor.ts'
import { sessionMissing } from './checkout-session.ids.ts'
import { completeSession, expireSession, type Session } from './checkout-session.ts'
import { sessionEvent } from './checkout-session.events.ts'
import { lockSession, saveSession } from './checkout-session.store.ts'
import { nextLookMs, sentOf, type HostedPage } from './hosted-page.ts'
import { savePageThere, settlePage } from './hosted-page.store.ts'
import { createPayer } from './payer.work.ts'

/** What is known of a card whose processor tells nothing: the money moved all the same. */
const unknownCard = (payment: string): KeptCard => {
  const checks = { cvcCheck: 'unavailable', line1Check: 'unavailable', postalCheck: 'unavailable' }
  const face = { brand: 'unknown', last4: '', country: '', funding: 'unknown', ...checks }
  return { face, exp_month: 12, exp_year: 2099, fingerprint: payment }
}

/** What becomes of a session by what became of its page. */
export interface PagePaymentWork {
  /**
   * Writes down how a page stands, once: its charge and all that belongs to it together with the end of the session. Hearing
   * it again changes nothing; what is not the session's own is not believed. The session as it is then.
   */
  hear(seen: Session, page: HostedPage, there: PageThere): Promise<Session>
  /** Nobody can pay it any more. */
  end(seen: Session): Promise<Session>
}

export const createPagePaymentWork = (deps: ChargeDependencies): PagePaymentWork => {
  const { db, clock, config, newId, log } = deps
  const append = appendOutbox(deps)
  const within = createChargeWithinWork(deps)
  const payer = createPayer(deps)

  const originOf = ({ merchant, mode }: Tenant) => ({ merchant, mode, requestId: null, idempotencyKey: null })

  const lock = async (sql: Sql, { id, ...session }: Session): Promise<Session> => {
    const current = await lockSession(sql, session, id)
    if (current === undefined) throw sessionMissing(id)
    return current
  }

  /** By the processor's own id, or by one of ours where another merchant brought that one first. */
  const methodOf = async (sql: Sql, session: Session, payment: PagePayment, now: Date): Promise<PaymentMethod> => {
    const { merchant, mode } = session
    const card = payment.card ?? unknownCard(payment.there.id)
    const { method: id = '' } = payment
    if (isPaymentMethodId(id)) {
      await adoptPaymentMethod(sql, adoptedPaymentMethod({ merchant, mode, id, now }, card))
      const adopted = await findPaymentMethod(sql, session, id)
      if (adopted !== undefined) return adopted
    }
    const method = adoptedPaymentMethod({ merchant, mode, id: newId('payment_method'), now }, card)
    await insertPaymentMethod(sql, method)
    return method
  }

  interface Paid {
    readonly payment: PagePayment
    readonly success: Success
    readonly there: PageThere
  }

  interface Booked {
    readonly session: Session
    readonly charged?: ChargedWithin
  }

  /** In one database transaction: intent, charge, movement and the session's end, with their events. */
  const book = (seen: Session, page: HostedPage, { payment, success, there }: Paid): Promise<Booked> =>
    db.transaction(async (sql): Promise<Booked> => {
      const current = await lock(sql, seen)
      if (current.status === 'expired')
        log.error({ session: current.id, page: there.id, payment: payment.there.id }, 'checkout.paid_after_its_end')
      if (current.status !== 'open') return { session: current }
      const now = await merchantNow(sql, current, clock)
      const kept = await payer.keepCustomer(sql, current, there.buyer, now)
      const session: Session = {
        ...current,
        customer: kept.id,
        buyer_email: there.buyer.email,
        buyer_name: there.buyer.name,
        payment_intent: newId('payment_intent'),
      }
      const { intent, event } = await payer.makePayment(sql, session, now)
      await append(sql, originOf(session), [...kept.events, event])
      const method = await methodOf(sql, session, payment, now)
      const started = startedCharge(agreeOn(intent, { paymentMethod: method.id }), {
        id: page.charge as Id<'charge'>,
        method,
        processor: page.processor,
        request_id: page.request_id,
        idempotency_key: null,
        answer_status: 200,
        answer_with: 'payment_intent',
        now: clock.now(),
        merchantNow: now,
        leaseMs: config.chargeLeaseMs,
      })
      // It was decided elsewhere, so there is nothing to be written beside it.
      const ask = () => ({ outcome: success, write: () => Promise.resolve() })
      const charged = await within.charge(sql, started, { ask, merchantNow: now, claim: undefined, isNew: false })
      const complete = completeSession(session, now)
      const completed: EmittedEvent = sessionEvent('checkout.session.completed', complete)
      await Promise.all([
        saveSession(sql, complete),
        settlePage(sql, complete, complete.id),
        append(sql, originOf(complete), [completed]),
      ])
      return { session: complete, charged }
    })

  const end: PagePaymentWork['end'] = async (seen) => {
    const ended = await db.transaction(async (sql) => {
      const current = await lock(sql, seen)
      if (current.status !== 'open') return current
      const session = expireSession(current)
      await Promise.all([
        saveSession(sql, session),
        settlePage(sql, session, session.id),
        append(sql, originOf(session), [sessionEvent('checkout.session.expired', session)]),
      ])
      return session
    })
    ringOutbox(deps.bus, 'payments')
    return ended
  }

  return {
    end,
    async hear(seen, page, there) {
      const facts = { session: seen.id, processor: page.processor, page: there.id, payment: there.payment?.there.id }
      if (!isPageOf(there, sentOf(seen, page))) {
        const { amount, currency } = there.payment?.there ?? there
        log.error({ ...facts, amount, currency }, 'processor.payment_differs')
        return seen
      }
      const fate = fateOfPage(there)
      if (seen.status === 'expired' && fate === 'paid') log.error(facts, 'checkout.paid_after_its_end')
      if (seen.status !== 'open') return seen
      if (page.processor_id === null && there.url !== null) {
        const dueAt = addMs(clock.now(), nextLookMs(0))
        await savePageThere(db.sql, page, { id: there.id, url: there.url, dueAt })
      }
      const { payment } = there
      if (payment?.outcome?.kind === 'succeeded') {
        const { session, charged } = await book(seen, page, { payment, success: payment.outcome, there })
        if (charged !== undefined) await within.follow(charged)
        return session
      }
      return fate === 'over' ? end(seen) : seen
    },
  }
}
