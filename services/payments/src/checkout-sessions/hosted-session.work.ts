import type { Body, paymentsApi, Route, Tenant } from '@micro/contracts'
import { addMs, assert, errorBody, Fault, type NewId } from '@micro/kernel'
import type { Sql } from '@micro/postgres'
import type { Reply } from '@micro/service'
import { createDecision, tenantOf, type ChangingCall } from '../change.ts'
import type { ChargeDependencies } from '../charges/charge.work.ts'
import { firstFor, type RoutingTerms } from '../processors/routing.ts'
import { expireSession, sessionToWire, type Session } from './checkout-session.ts'
import { sessionEvent } from './checkout-session.events.ts'
import { findSession, lockSession, saveSession } from './checkout-session.store.ts'
import type { HostedPage } from './hosted-page.ts'
import { deferPage, findPage, insertPage, settlePage, takePage } from './hosted-page.store.ts'
import type { PageMakingWork } from './page-making.work.ts'

type CreateBody = Body<typeof paymentsApi.createCheckoutSession>

/** A request that may be on its way still gets so long to arrive, before it is looked for. */
const unknownMs = 2_000

/** What no page of a processor can do for us. @throws Fault live_method_not_kept */
export const checkHosted = ({ mode, payment_intent_data: data }: CreateBody): void => {
  if (mode === 'setup') throw new Fault('live_method_not_kept', { param: 'mode' })
  if (data?.setup_future_usage !== undefined)
    throw new Fault('live_method_not_kept', { param: 'payment_intent_data[setup_future_usage]' })
}

/** A new session of live mode: written down, then made at its processor, then answered. */
export interface HostedSessionWork {
  /** Those that a new session may go to. Before any database transaction. */
  processors(tenant: Tenant): Promise<readonly RoutingTerms[]>
  /** With a new session: its page, not made yet. @throws Fault processor_not_configured, processor_currency_refused */
  plan(sql: Sql, session: Session, among: readonly RoutingTerms[], requestId: string): Promise<void>
  /** Has it made and answers; `isNew` is false where an earlier holder of the key may have begun. */
  answer(call: ChangingCall, route: Route, given: { readonly id: string; readonly isNew: boolean }): Promise<Reply>
}

export const createHostedSessionWork = (
  deps: ChargeDependencies & { readonly newId: NewId },
  making: PageMakingWork,
): HostedSessionWork => {
  const { db, clock, config, newId } = deps
  const decide = createDecision(deps)
  const leaseEnd = (): Date => addMs(clock.now(), config.chargeLeaseMs)

  const begun = async (tenant: Tenant, id: string): Promise<{ session: Session; page: HostedPage }> => {
    const [session, page] = await Promise.all([findSession(db.sql, tenant, id), findPage(db.sql, tenant, id)])
    assert(session !== undefined && page !== undefined, `session ${id} or its page is gone`)
    return { session, page }
  }

  return {
    processors: async (tenant) => (await deps.processors.live?.list(tenant)) ?? [],

    async plan(sql, session, among, requestId) {
      const { id, merchant, mode, amount_total: amount, currency, intent_data: data } = session
      assert(amount !== null && currency !== null, `${id} is of no payment`)
      const now = clock.now()
      await insertPage(sql, {
        ...{ session: id, merchant, mode },
        processor: firstFor(among, { amount, currency, metadata: data.metadata ?? {} }),
        charge: newId('charge'),
        ...{ refused_by: [], processor_id: null, url: null, looks: 0, looked_at: null },
        request_id: requestId,
        due_at: leaseEnd(),
        created_at: now,
      })
    },

    async answer(call, route, { id, isNew }) {
      const tenant = tenantOf(call)
      const { session, page } = await begun(tenant, id)
      // Whoever retries waits for who is at work on it, if anybody still is: it is answered as it is, and made all the same.
      const isMine = isNew || (await takePage(db.sql, page, { now: clock.now(), until: leaseEnd() }))
      const made = isMine ? await making.make(session, page, isNew ? 'send' : 'resolve') : undefined
      return decide(call, route, async (sql) => {
        const current = await lockSession(sql, tenant, id)
        assert(current !== undefined, `session ${id} is gone`)
        // The worker goes on with it at once: buyers wait.
        if (made?.kind === 'unknown') await deferPage(sql, page, addMs(clock.now(), unknownMs))
        if (made?.kind !== 'refused') return { answer: sessionToWire(current), events: [] }
        const fault = new Fault('live_checkout_unavailable', { reason: made.reason })
        const refusal = { answer: errorBody(fault), status: fault.spec.status }
        if (current.status !== 'open') return { ...refusal, events: [] }
        const ended = expireSession(current)
        await Promise.all([saveSession(sql, ended), settlePage(sql, ended, id)])
        return { ...refusal, events: [sessionEvent('checkout.session.expired', ended)] }
      })
    },
  }
}
