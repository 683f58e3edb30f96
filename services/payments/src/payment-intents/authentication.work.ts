import type { PaymentError } from '@micro/contracts'
import { assert, Fault } from '@micro/kernel'
import { appendOutbox, ringOutbox } from '@micro/service'
import type { Charge } from '../charges/charge.ts'
import type { ChargeDependencies, ChargeWork } from '../charges/charge.work.ts'
import { findChallenged, lockChallenged } from './authentication.store.ts'
import { authenticateIntent, refuseIntent } from './confirm.ts'
import type { Intent } from './payment-intent.ts'
import { saveIntent } from './payment-intent.store.ts'
import { intentToWire } from './payment-intent.wire.ts'
import { saveStartedCharge, startedCharge } from './start-charge.ts'
import { paymentMethodToWire, requireUsable } from '../payment-methods/payment-method.ts'
import { findPaymentMethod } from '../payment-methods/payment-method.store.ts'

/** What the card's holder answered. */
export type Verdict = 'complete' | 'fail'

export interface AuthenticationWork {
  /** @throws Fault resource_missing */
  find(authentication: string): Promise<Intent>
  /** Goes on with the payment as the holder answered, and says how it stands then. @throws Fault resource_missing */
  finish(authentication: string, verdict: Verdict, requestId: string): Promise<Intent>
}

const failed: PaymentError = {
  type: 'invalid_request_error',
  code: 'payment_intent_authentication_failure',
  message: new Fault('payment_intent_authentication_failure').message,
}

const missing = (id: string): Fault => new Fault('resource_missing', { resource: 'authentication', id, param: 'id' })

export const createAuthenticationWork = (deps: ChargeDependencies, charges: ChargeWork): AuthenticationWork => {
  const { db, clock, newId, config } = deps
  const append = appendOutbox(deps)

  /** In one database transaction: what the answer makes of the intent, and the charge that it lets begin. */
  const decide = (authentication: string, verdict: Verdict, requestId: string, merchantNow: Date) =>
    db.transaction(async (sql): Promise<{ intent: Intent; charge?: Charge }> => {
      const current = await lockChallenged(sql, authentication)
      if (current === undefined) throw missing(authentication)
      const { merchant, mode } = current
      if (verdict === 'fail') {
        const refused =
          current.payment_method === null ? undefined : await findPaymentMethod(sql, current, current.payment_method)
        const error = refused === undefined ? failed : { ...failed, payment_method: paymentMethodToWire(refused) }
        const intent = refuseIntent(current, error)
        const events = [{ type: 'payment_intent.payment_failed', object: intentToWire(intent) } as const]
        await Promise.all([
          saveIntent(sql, intent),
          append(sql, { merchant, mode, requestId, idempotencyKey: null }, events),
        ])
        return { intent }
      }
      const intent = authenticateIntent(current)
      if (intent.confirmation_method === 'manual') {
        await saveIntent(sql, intent)
        return { intent }
      }
      const { payment_method } = intent
      assert(payment_method !== null, `${intent.id} was authenticated without a payment method`)
      const method = await deps.paymentMethods.resolvePaymentMethod(sql, current, payment_method)
      requireUsable(method, intent.customer)
      const started = startedCharge(
        { ...intent, payment_method },
        {
          id: newId('charge'),
          method,
          // No processor of live mode lets its holders be challenged here.
          processor: null,
          request_id: requestId,
          idempotency_key: null,
          answer_status: 200,
          answer_with: 'payment_intent',
          now: clock.now(),
          merchantNow,
          leaseMs: config.chargeLeaseMs,
        },
      )
      return { intent, charge: await saveStartedCharge(sql, started) }
    })

  return {
    async find(authentication) {
      const intent = await findChallenged(db.sql, authentication)
      if (intent === undefined) throw missing(authentication)
      return intent
    },
    async finish(authentication, verdict, requestId) {
      const challenged = await findChallenged(db.sql, authentication)
      if (challenged === undefined) throw missing(authentication)
      const merchantNow = await deps.merchantTime.now(challenged)
      const { intent, charge } = await decide(authentication, verdict, requestId, merchantNow)
      ringOutbox(deps.bus, 'payments')
      if (charge === undefined) return intent
      const outcome = await charges.send(charge)
      const settled = await (outcome === undefined ? charges.look(charge) : charges.settle(charge, outcome))
      return settled.intent
    },
  }
}
