import type { paymentsApi, Tenant } from '@micro/contracts'
import { HtmlPage, type Checks, type Handlers } from '@micro/service'
import type { ChargeDependencies } from '../charges/charge.work.ts'
import { findCustomer } from '../customers/customer.store.ts'
import { findIntent } from '../payment-intents/payment-intent.store.ts'
import { findSetupIntent } from '../setup-intents/setup-intent.store.ts'
import { readForm, takeCard, type FormField } from './buyer.ts'
import { isOpen, successUrlOf, type Session } from './checkout-session.ts'
import { isSessionId, sessionMissing } from './checkout-session.ids.ts'
import { findSessionOfPage, lineItemsOf } from './checkout-session.store.ts'
import { completePage, expiredPage, formPage, waitPage, type Filled } from './checkout.page.ts'
import type { CheckoutWork } from './checkout.work.ts'
import { findPage } from './hosted-page.store.ts'
import type { PayWork } from './pay.work.ts'

type PageApi = Pick<typeof paymentsApi, 'showCheckout' | 'payCheckout'>

/** Before anything else sees the form, there is no card number in it any more. */
export const checkoutPageChecks: Checks<PageApi> = {
  payCheckout: ({ body }) => takeCard(body),
}

/** The names of what is wrong with a card, and the fields of them. */
const fieldsOf: Readonly<Record<string, FormField>> = {
  number: 'card_number',
  exp_month: 'expiry',
  exp_year: 'expiry',
  cvc: 'cvc',
}

export const checkoutPageHandlers = (
  deps: ChargeDependencies,
  { checkouts, payments }: { checkouts: CheckoutWork; payments: PayWork },
): Handlers<PageApi> => {
  const { db, merchantTime } = deps

  const isOver = async (session: Session): Promise<boolean> => !isOpen(session, await merchantTime.now(session))

  /** As it is now. Still open where its time is over and somebody is paying. @throws Fault resource_missing */
  const find = async (id: string): Promise<Session> => {
    const seen = isSessionId(id) ? await findSessionOfPage(db.sql, id) : undefined
    if (seen === undefined) throw sessionMissing(id)
    // A buyer who comes is led on without asking; whether they paid the processor tells.
    const session = seen.mode === 'live' ? seen : await checkouts.catchUp(seen)
    if (session.status !== 'open' || !(await isOver(session))) return session
    return (await checkouts.expireInTime(session)) ?? session
  }

  /** What was wrong with the last attempt, and whether one is under way. */
  const attemptOf = async (session: Session): Promise<{ isBusy: boolean; alert?: string }> => {
    const { payment_intent: payment, setup_intent: setup } = session
    if (payment !== null) {
      const intent = await findIntent(db.sql, session, payment)
      const alert = intent?.last_payment_error?.message
      return { isBusy: intent?.status === 'processing', ...(alert === undefined ? {} : { alert }) }
    }
    const intent = setup === null ? undefined : await findSetupIntent(db.sql, session, setup)
    const alert = intent?.last_setup_error?.message
    return { isBusy: false, ...(alert === undefined ? {} : { alert }) }
  }

  const emailOf = async (session: Session): Promise<string | undefined> => {
    const known = session.buyer_email ?? session.customer_email
    if (known !== null || session.customer === null) return known ?? undefined
    const tenant: Tenant = { merchant: session.merchant, mode: session.mode }
    return (await findCustomer(db.sql, tenant, session.customer))?.email ?? undefined
  }

  const showForm = async (session: Session, filled: Filled): Promise<HtmlPage> =>
    formPage(session, await lineItemsOf(db.sql, session), filled)

  /** Of a session that is not open any more. */
  const showEnd = (session: Session): HtmlPage =>
    session.status === 'complete' ? completePage(session) : expiredPage(session)

  /** In live mode no card is ever typed here: its processor's page takes it. */
  const leadOn = async (session: Session): Promise<HtmlPage> => {
    const page = (await isOver(session)) ? undefined : await findPage(db.sql, session, session.id)
    return page?.url === undefined || page.url === null ? waitPage(session) : HtmlPage.goTo(page.url)
  }

  return {
    async showCheckout({ params }) {
      const session = await find(params.id)
      if (session.status !== 'open') return showEnd(session)
      if (session.mode === 'live') return leadOn(session)
      const { isBusy, alert } = await attemptOf(session)
      if (isBusy || (await isOver(session))) return waitPage(session)
      return showForm(session, { email: await emailOf(session), name: session.buyer_name ?? undefined, alert })
    },

    async payCheckout({ params, body, requestId }) {
      const session = await find(params.id)
      const { email, expiry, name } = body
      if (session.status === 'complete') return HtmlPage.goTo(successUrlOf(session))
      if (session.status !== 'open') return showEnd(session)
      if (session.mode === 'live') return leadOn(session)
      const read = readForm(body, await merchantTime.now(session))
      if ('errors' in read) return showForm(session, { email, expiry, name, errors: read.errors, status: 400 })
      const attempt = await payments.pay(session, read.buyer, requestId)
      if (attempt.kind === 'action') return HtmlPage.goTo(attempt.url)
      if (attempt.kind === 'busy') return waitPage(session)
      if (attempt.kind === 'declined') {
        const field = fieldsOf[attempt.param ?? '']
        const wrong = field === undefined ? { alert: attempt.message } : { errors: { [field]: attempt.message } }
        return showForm(session, { email, expiry, name, ...wrong, status: 402 })
      }
      const ended = await find(params.id)
      if (ended.status === 'complete') return HtmlPage.goTo(successUrlOf(ended))
      return ended.status === 'open' ? waitPage(ended) : showEnd(ended)
    },
  }
}
