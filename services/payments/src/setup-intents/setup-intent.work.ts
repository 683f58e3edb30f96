import type { Route, SetupError, Tenant } from '@micro/contracts'
import { Fault } from '@micro/kernel'
import type { Database, Sql } from '@micro/postgres'
import { appendOutbox, ringOutbox, type EmittedEvent, type MicroBus, type Reply } from '@micro/service'
import { createDecision, tenantOf, type ChangingCall } from '../change.ts'
import { lockNamedCustomer } from '../customers/customer.lookup.ts'
import { isSecretOf } from '../payment-intents/client-secret.ts'
import { paymentMethodToWire, requireUsable, type PaymentMethod } from '../payment-methods/payment-method.ts'
import { isPaymentMethodId } from '../payment-methods/payment-method.ids.ts'
import { lockPaymentMethod } from '../payment-methods/payment-method.store.ts'
import type { PaymentMethodDependencies, PaymentMethodWork } from '../payment-methods/payment-method.work.ts'
import { endOpenAttempt } from './setup-attempt.store.ts'
import { authenticateSetup, failAuthentication, nextStatus, type SetupIntent } from './setup-intent.ts'
import { isSetupIntentId, setupIntentMissing } from './setup-intent.ids.ts'
import { createSettlement, keepMethod } from './setup-intent.settle.ts'
import {
  findChallengedSetup,
  findSetupIntent,
  lockChallengedSetup,
  lockSetupIntent,
  saveSetupIntent,
} from './setup-intent.store.ts'
import { setupIntentToWire } from './setup-intent.wire.ts'

export interface SetupIntentDependencies extends PaymentMethodDependencies {
  readonly db: Database
  readonly bus: MicroBus
  /** Where browsers find the gateway, without a slash at the end. */
  readonly publicUrl: () => string
}

/** What a confirmation says; left out is as it was. */
export interface SetupTerms {
  readonly paymentMethod?: string | undefined
  readonly returnUrl?: string | undefined
  readonly requestThreeDSecure?: SetupIntent['request_three_d_secure'] | undefined
  /** Where it is given it has to be the intent's. */
  readonly clientSecret?: string | undefined
}

export interface SetupIntentWork {
  /**
   * Verifying moves nothing, so no row says that it is under way: whoever crashes asks again.
   * @throws Fault resource_missing, setup_intent_unexpected_state, payment_method_missing, and as resolvePaymentMethod
   */
  confirm(call: ChangingCall, route: Route, id: string, terms: SetupTerms): Promise<Reply>
  /** The intent that waits for its card's holder on the page of this name. */
  findChallenged(authentication: string): Promise<SetupIntent | undefined>
  /** Goes on as the holder answered; undefined where nothing of this name waits. @throws Fault parameter_resource_missing */
  finish(authentication: string, verdict: 'complete' | 'fail', requestId: string): Promise<SetupIntent | undefined>
}

export const createSetupIntentWork = (deps: SetupIntentDependencies, methods: PaymentMethodWork): SetupIntentWork => {
  const { db } = deps
  const decide = createDecision(deps)
  const append = appendOutbox(deps)
  const settle = createSettlement(
    { ...deps, authenticationUrl: (authentication) => `${deps.publicUrl()}/payments/authenticate/${authentication}` },
    methods,
  )

  const agreeOn = (current: SetupIntent, terms: SetupTerms): SetupIntent & { readonly payment_method: string } => {
    nextStatus(current, 'confirm')
    const payment_method = terms.paymentMethod ?? current.payment_method
    if (payment_method === null)
      throw new Fault('payment_method_missing', { param: 'payment_method', setup_intent: setupIntentToWire(current) })
    return {
      ...current,
      payment_method,
      return_url: terms.returnUrl ?? current.return_url,
      request_three_d_secure: terms.requestThreeDSecure ?? current.request_three_d_secure,
    }
  }

  /** In the order of all locks: the intent, which is locked, its customer, its payment method. */
  const lockOwned = async (sql: Sql, intent: SetupIntent, method: string): Promise<PaymentMethod> => {
    if (intent.customer !== null) await lockNamedCustomer(sql, intent, intent.customer)
    const locked = await methods.lockNamed(sql, intent, method)
    requireUsable(locked, intent.customer)
    return locked
  }

  const verify = async (
    tenant: Tenant,
    { payment_method: method, customer }: SetupIntent & { payment_method: string },
  ) => {
    if (isPaymentMethodId(method)) requireUsable(await methods.resolvePaymentMethod(db.sql, tenant, method), customer)
    return methods.verify(tenant, await methods.processorMethodOf(db.sql, tenant, method))
  }

  return {
    async confirm(call, route, id, terms) {
      const tenant = tenantOf(call)
      const found = isSetupIntentId(id) ? await findSetupIntent(db.sql, tenant, id) : undefined
      if (found === undefined || !isSecretOf(found, terms.clientSecret)) throw setupIntentMissing(id)
      const agreed = agreeOn(found, terms)
      const outcome = await verify(tenant, agreed)
      return decide(call, route, async (sql) => {
        const current = await lockSetupIntent(sql, tenant, id)
        if (current === undefined) throw setupIntentMissing(id)
        const intent = agreeOn(current, terms)
        // Somebody chose another one meanwhile, which nobody has verified.
        if (intent.payment_method !== agreed.payment_method) throw new Fault('lock_timeout')
        const method = await lockOwned(sql, intent, intent.payment_method)
        return settle(sql, { intent, method }, outcome)
      })
    },

    findChallenged: (authentication) => findChallengedSetup(db.sql, authentication),

    async finish(authentication, verdict, requestId) {
      const finished = await db.transaction(async (sql) => {
        const current = await lockChallengedSetup(sql, authentication)
        if (current === undefined || current.payment_method === null) return undefined
        const { merchant, mode } = current
        const tell = (events: readonly EmittedEvent[]) =>
          append(sql, { merchant, mode, requestId, idempotencyKey: null }, events)
        if (verdict === 'fail') {
          const method = await lockPaymentMethod(sql, current, current.payment_method)
          const error: SetupError = {
            code: 'setup_intent_authentication_failure',
            message: new Fault('setup_intent_authentication_failure').message,
            ...(method === undefined ? {} : { payment_method: paymentMethodToWire(method) }),
            payment_method_type: 'card',
            type: 'invalid_request_error',
          }
          const intent = failAuthentication(current, error)
          await saveSetupIntent(sql, intent)
          await endOpenAttempt(sql, current, current.id, { status: 'failed', error })
          await tell([{ type: 'setup_intent.setup_failed', object: setupIntentToWire(intent) }])
          return intent
        }
        const method = await lockOwned(sql, current, current.payment_method)
        const intent = authenticateSetup(current)
        await saveSetupIntent(sql, intent)
        await endOpenAttempt(sql, current, current.id, { status: 'succeeded', error: null })
        const events = await keepMethod(sql, { intent, method }, methods)
        await tell([...events, { type: 'setup_intent.succeeded', object: setupIntentToWire(intent) }])
        return intent
      })
      if (finished !== undefined) ringOutbox(deps.bus, 'payments')
      return finished
    },
  }
}
