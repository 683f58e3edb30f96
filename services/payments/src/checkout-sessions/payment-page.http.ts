import type { paymentsApi, Tenant } from '@micro/contracts'
import { Fault } from '@micro/kernel'
import type { Checks, Handlers } from '@micro/service'
import { tenantOf } from '../change.ts'
import type { ChargeDependencies } from '../charges/charge.work.ts'
import { checkPaymentMethod } from '../payment-intents/payment-intent.checks.ts'
import { isPaymentMethodId } from '../payment-methods/payment-method.ids.ts'
import { findPaymentMethod } from '../payment-methods/payment-method.store.ts'
import type { Buyer } from './buyer.ts'
import { isOpen, sessionToWire, type Session } from './checkout-session.ts'
import { isSessionId, sessionMissing } from './checkout-session.ids.ts'
import { findSession } from './checkout-session.store.ts'
import type { CheckoutWork } from './checkout.work.ts'
import type { PayWork } from './pay.work.ts'

type PageApi = Pick<typeof paymentsApi, 'retrievePaymentPage' | 'confirmPaymentPage'>

export const paymentPageChecks: Checks<PageApi> = {
  confirmPaymentPage: ({ body, principal }) =>
    checkPaymentMethod(body.payment_method, principal.mode, 'payment_method'),
}

/** Paying a session without its page: what Stripe's command line does to have one completed. */
export const paymentPageHandlers = (
  { db, merchantTime }: ChargeDependencies,
  { checkouts, payments }: { checkouts: CheckoutWork; payments: PayWork },
): Handlers<PageApi> => {
  const find = async (tenant: Tenant, id: string): Promise<Session> => {
    const session = isSessionId(id) ? await findSession(db.sql, tenant, id) : undefined
    if (session === undefined) throw sessionMissing(id)
    return checkouts.catchUp(session)
  }

  /** Whoever the payment method says it is of. */
  const buyerOf = async (tenant: Tenant, id: string): Promise<Buyer> => {
    const method = isPaymentMethodId(id) ? await findPaymentMethod(db.sql, tenant, id) : undefined
    const { email = null, name = null } = method?.billing_details ?? {}
    return { email, name, means: { paymentMethod: id } }
  }

  return {
    retrievePaymentPage: async (call) => sessionToWire(await find(tenantOf(call), call.params.id)),

    async confirmPaymentPage(call) {
      const tenant = tenantOf(call)
      const { payment_method: method, expected_amount: expected } = call.body
      const session = await find(tenant, call.params.id)
      if (tenant.mode === 'live') throw new Fault('test_mode_only')
      if (!isOpen(session, await merchantTime.now(tenant)))
        throw new Fault('checkout_session_not_open', { session: session.id, status: session.status })
      if (expected !== undefined && BigInt(expected) !== (session.amount_total ?? 0n)) {
        const reason = `the amount is ${session.amount_total ?? 0n}`
        throw new Fault('parameter_invalid', { param: 'expected_amount', reason })
      }
      const attempt = await payments.pay(session, await buyerOf(tenant, method), call.requestId)
      if (attempt.kind === 'declined') return attempt.told
      if (attempt.kind === 'busy') throw new Fault('lock_timeout')
      return sessionToWire(await find(tenant, call.params.id))
    },
  }
}
