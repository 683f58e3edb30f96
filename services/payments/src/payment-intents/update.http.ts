import { paymentsApi } from '@micro/contracts'
import { mergeMetadata, type Call, type Handlers } from '@micro/service'
import { createChange, tenantOf } from '../change.ts'
import { refuseWhileBusy } from '../charges/charge.guard.ts'
import type { ChargeDependencies } from '../charges/charge.work.ts'
import { namedCustomer } from '../customers/customer.lookup.ts'
import { requireUsable } from '../payment-methods/payment-method.ts'
import { amendIntent, noteOn } from './amend.ts'
import { checkAmount } from './payment-intent.checks.ts'
import { intentMissing, isIntentId } from './payment-intent.ids.ts'
import { lockIntent, saveIntent, saveTerms } from './payment-intent.store.ts'
import { intentToWire } from './payment-intent.wire.ts'

type Api = typeof paymentsApi

/** Load, decide, save. Amount and currency are judged together, since one may bring the other out of bounds. */
export const updateHandlers = (deps: ChargeDependencies): Handlers<Pick<Api, 'updatePaymentIntent'>> => {
  const change = createChange(deps)
  return {
    updatePaymentIntent: (call: Call<Api['updatePaymentIntent']>) =>
      change(call, paymentsApi.updatePaymentIntent, async (sql) => {
        const { params, body } = call
        const tenant = tenantOf(call)
        const current = isIntentId(params.id) ? await lockIntent(sql, tenant, params.id) : undefined
        if (current === undefined) throw intentMissing(params.id)
        await refuseWhileBusy(sql, current, deps.clock.now())
        const { description, metadata, payment_method_types: _types, ...amendment } = body
        const noted = noteOn(current, { description, metadata: mergeMetadata(current.metadata, metadata) })
        const amended = amendIntent(noted, amendment)
        if (body.amount !== undefined || body.currency !== undefined) checkAmount(amended.amount, amended.currency)
        if (body.customer !== undefined && amended.customer !== null) await namedCustomer(sql, tenant, amended.customer)
        const method =
          amended.payment_method === null || (body.payment_method === undefined && body.customer === undefined)
            ? undefined
            : await deps.paymentMethods.resolvePaymentMethod(sql, tenant, amended.payment_method)
        if (method !== undefined) requireUsable(method, amended.customer)
        const intent = { ...amended, payment_method: method?.id ?? amended.payment_method }
        await Promise.all([saveTerms(sql, intent), saveIntent(sql, intent)])
        return { answer: intentToWire(intent), events: [] }
      }),
  }
}
