import { paymentsApi, type Tenant } from '@micro/contracts'
import { answerList, cutPage, findCursor, mergeMetadata, parsePage, type Call, type Handlers } from '@micro/service'
import { createChange, tenantOf } from '../change.ts'
import type { ChargeDependencies } from '../charges/charge.work.ts'
import { namedCustomer } from '../customers/customer.lookup.ts'
import { merchantNow } from '../merchant-clocks/merchant-now.ts'
import { checkAmount } from '../payment-intents/payment-intent.checks.ts'
import { expiryOf, lineItemToWire, newSession, sessionToWire, totalOf, type Session } from './checkout-session.ts'
import { isSessionId, newSessionId, sessionMissing } from './checkout-session.ids.ts'
import {
  findSession,
  insertLineItems,
  insertSession,
  lineItemsOf,
  lockSession,
  newerSessions,
  olderSessions,
  saveSession,
} from './checkout-session.store.ts'
import type { CheckoutWork } from './checkout.work.ts'
import { sessionOfPoint, sessionPoint } from './hosted-page.ts'
import { checkHosted, type HostedSessionWork } from './hosted-session.work.ts'
import { sell, type Sold } from './line-items.work.ts'

type SessionHandlers = Handlers<
  Pick<
    typeof paymentsApi,
    | 'createCheckoutSession'
    | 'retrieveCheckoutSession'
    | 'updateCheckoutSession'
    | 'listCheckoutSessions'
    | 'expireCheckoutSession'
    | 'listCheckoutLineItems'
  >
>

const nothingSold: Sold = { items: [], currency: '', events: [] }

export const checkoutSessionHandlers = (
  deps: ChargeDependencies,
  { checkouts, hostedSessions }: { checkouts: CheckoutWork; hostedSessions: HostedSessionWork },
): SessionHandlers => {
  const { db, clock, newId, merchantTime } = deps
  const change = createChange(deps)

  const find = async (tenant: Tenant, id: string): Promise<Session> => {
    const session = isSessionId(id) ? await findSession(db.sql, tenant, id) : undefined
    if (session === undefined) throw sessionMissing(id)
    return session
  }

  return {
    async createCheckoutSession(call: Call<typeof paymentsApi.createCheckoutSession>) {
      const tenant = tenantOf(call)
      const { line_items: given, ...body } = call.body
      const route = paymentsApi.createCheckoutSession
      const isLive = tenant.mode === 'live'
      const begun = sessionOfPoint(call.idempotency?.recoveryPoint)
      if (begun !== undefined) return hostedSessions.answer(call, route, { id: begun, isNew: false })
      // A page that takes test cards must not stand for one where money is paid: there the processor shows its own.
      if (isLive) checkHosted(call.body)
      const processors = isLive ? await hostedSessions.processors(tenant) : []
      const expiresAt = expiryOf(body.expires_at, await merchantTime.now(tenant))
      const intentData = body.payment_intent_data ?? body.setup_intent_data
      const metadata = {
        metadata: mergeMetadata({}, body.metadata),
        intentMetadata: mergeMetadata({}, intentData?.metadata),
      }
      const id = newSessionId(tenant.mode, newId)
      const url = `${deps.publicUrl()}/checkout/pay/${id}`
      const answer = await change(call, route, async (sql) => {
        const now = await merchantNow(sql, tenant, clock)
        if (body.customer !== undefined) await namedCustomer(sql, tenant, body.customer)
        const sold =
          given === undefined
            ? nothingSold
            : await sell(sql, { ...tenant, newId, now }, { given, currency: body.currency })
        const total = given === undefined ? null : totalOf(sold.items)
        if (total !== null) checkAmount(total, sold.currency, 'line_items')
        const currency = given === undefined ? (body.currency?.toLowerCase() ?? null) : sold.currency
        const session = newSession({ ...tenant, ...metadata, id, url, now, expiresAt, currency, total }, body)
        await insertSession(sql, session)
        if (sold.items.length > 0) await insertLineItems(sql, session, sold.items)
        if (isLive) await hostedSessions.plan(sql, session, processors, call.requestId)
        return { answer: sessionToWire(session), events: sold.events, ...(isLive ? { point: sessionPoint(id) } : {}) }
      })
      return isLive ? hostedSessions.answer(call, route, { id, isNew: true }) : answer
    },

    retrieveCheckoutSession: async (call) =>
      sessionToWire(await checkouts.catchUp(await find(tenantOf(call), call.params.id))),

    updateCheckoutSession: (call) =>
      change(call, paymentsApi.updateCheckoutSession, async (sql) => {
        const { id } = call.params
        const current = isSessionId(id) ? await lockSession(sql, tenantOf(call), id) : undefined
        if (current === undefined) throw sessionMissing(id)
        const session = { ...current, metadata: mergeMetadata(current.metadata, call.body.metadata) }
        await saveSession(sql, session)
        return { answer: sessionToWire(session), events: [] }
      }),

    async listCheckoutSessions(call) {
      const tenant = tenantOf(call)
      const { customer, payment_intent: paymentIntent, status, ...query } = call.query
      const filter = { customer, paymentIntent, status }
      return answerList(
        {
          query,
          url: paymentsApi.listCheckoutSessions.path,
          resource: 'checkout.session',
          find: async (id) => (isSessionId(id) ? findSession(db.sql, tenant, id) : undefined),
          older: (window) => olderSessions(db.sql, tenant, filter, window),
          newer: (window) => newerSessions(db.sql, tenant, filter, window),
        },
        sessionToWire,
      )
    },

    expireCheckoutSession: (call) => checkouts.expire(call, paymentsApi.expireCheckoutSession, call.params.id),

    async listCheckoutLineItems(call) {
      const session = await find(tenantOf(call), call.params.id)
      const items = await lineItemsOf(db.sql, session)
      const page = parsePage(call.query)
      const cursor = await findCursor(page, 'item', (id) => Promise.resolve(items.find((item) => item.id === id)))
      const [after, ordered] =
        page.direction === 'newer' ? [(at: number) => at < 0, items.toReversed()] : [(at: number) => at > 0, items]
      const rest = ordered.filter(({ position }) => cursor === undefined || after(position - cursor.position))
      const { rows, hasMore } = cutPage(rest.slice(0, page.fetch), page)
      return {
        object: 'list',
        url: paymentsApi.listCheckoutLineItems.path.replace(':id', session.id),
        has_more: hasMore,
        data: rows.map((item) => lineItemToWire(item, session.currency ?? '')),
      }
    },
  }
}
