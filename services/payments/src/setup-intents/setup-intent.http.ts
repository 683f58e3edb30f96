import { paymentsApi, type Tenant } from '@micro/contracts'
import { Fault } from '@micro/kernel'
import type { Sql } from '@micro/postgres'
import { answerList, mergeMetadata, type Handlers } from '@micro/service'
import { createChange, tenantOf } from '../change.ts'
import { lockNamedCustomer } from '../customers/customer.lookup.ts'
import { merchantNow } from '../merchant-clocks/merchant-now.ts'
import { isSecretOf } from '../payment-intents/client-secret.ts'
import { newClientSecret } from '../payment-intents/payment-intent.ids.ts'
import { requireUsable } from '../payment-methods/payment-method.ts'
import type { PaymentMethodWork } from '../payment-methods/payment-method.work.ts'
import { setupAttemptToWire } from './setup-attempt.ts'
import { endOpenAttempt, findSetupAttempt, newerSetupAttempts, olderSetupAttempts } from './setup-attempt.store.ts'
import { cancelSetupIntent, createSetupIntent, updateSetupIntent, type SetupIntent } from './setup-intent.ts'
import { isSetupIntentId, setupIntentMissing } from './setup-intent.ids.ts'
import {
  findSetupIntent,
  insertSetupIntent,
  lockSetupIntent,
  newerSetupIntents,
  olderSetupIntents,
  saveSetupIntent,
} from './setup-intent.store.ts'
import { setupIntentToWire } from './setup-intent.wire.ts'
import type { SetupIntentDependencies, SetupIntentWork } from './setup-intent.work.ts'

type SetupIntentHandlers = Handlers<
  Pick<
    typeof paymentsApi,
    | 'createSetupIntent'
    | 'retrieveSetupIntent'
    | 'updateSetupIntent'
    | 'listSetupIntents'
    | 'confirmSetupIntent'
    | 'cancelSetupIntent'
    | 'listSetupAttempts'
  >
>

/** How far a create with confirm=true has come under its key: the intent exists. */
const createdPoint = (id: string): string => `setup_intent:${id}`
const createdAt = (point: string | null | undefined): string | undefined => /^setup_intent:(.+)$/.exec(point ?? '')?.[1]

export const setupIntentHandlers = (
  deps: SetupIntentDependencies,
  work: SetupIntentWork,
  methods: PaymentMethodWork,
): SetupIntentHandlers => {
  const { db, clock, newId } = deps
  const change = createChange(deps)

  const lock = async (sql: Sql, tenant: Tenant, id: string): Promise<SetupIntent> => {
    const intent = isSetupIntentId(id) ? await lockSetupIntent(sql, tenant, id) : undefined
    if (intent === undefined) throw setupIntentMissing(id)
    return intent
  }

  /** The payment method an intent is to have, which may be new, and of no customer but the intent's. */
  const chosen = async (
    sql: Sql,
    tenant: Tenant,
    { method, customer }: { method: string | undefined; customer: string | null },
  ): Promise<string | undefined> => {
    if (method === undefined) return undefined
    const found = await methods.resolvePaymentMethod(sql, tenant, method)
    requireUsable(found, customer)
    return found.id
  }

  return {
    async createSetupIntent(call) {
      const { confirm, payment_method: method, metadata, ...given } = call.body
      const tenant = tenantOf(call)
      let id = createdAt(call.idempotency?.recoveryPoint)
      if (id === undefined) {
        const fresh = newId('setup_intent')
        const clientSecret = newClientSecret(fresh, newId)
        const created = await change(call, paymentsApi.createSetupIntent, async (sql) => {
          if (given.customer !== undefined) await lockNamedCustomer(sql, tenant, given.customer)
          const paymentMethod = await chosen(sql, tenant, { method, customer: given.customer ?? null })
          const intent = createSetupIntent(
            { ...tenant, id: fresh, clientSecret, now: await merchantNow(sql, tenant, clock) },
            given,
            {
              metadata: mergeMetadata({}, metadata),
              paymentMethod: paymentMethod ?? null,
            },
          )
          await insertSetupIntent(sql, intent)
          const answer = setupIntentToWire(intent)
          const events = [{ type: 'setup_intent.created', object: answer } as const]
          return { answer, events, ...(confirm === true ? { point: createdPoint(fresh) } : {}) }
        })
        if (confirm !== true) return created
        id = fresh
      }
      return work.confirm(call, paymentsApi.createSetupIntent, id, {})
    },

    async retrieveSetupIntent(call) {
      const { id } = call.params
      const intent = isSetupIntentId(id) ? await findSetupIntent(db.sql, tenantOf(call), id) : undefined
      if (intent === undefined || !isSecretOf(intent, call.query.client_secret)) throw setupIntentMissing(id)
      return setupIntentToWire(intent)
    },

    updateSetupIntent: (call) =>
      change(call, paymentsApi.updateSetupIntent, async (sql) => {
        const tenant = tenantOf(call)
        const { customer, payment_method: method, description, metadata, payment_method_options: options } = call.body
        const current = await lock(sql, tenant, call.params.id)
        if (customer !== undefined) await lockNamedCustomer(sql, tenant, customer)
        const owner = customer ?? current.customer
        // One that stays has to suit another customer, too.
        const asked = method ?? (customer === undefined ? undefined : (current.payment_method ?? undefined))
        const paymentMethod = await chosen(sql, tenant, { method: asked, customer: owner })
        const intent = updateSetupIntent(current, {
          customer,
          paymentMethod,
          description,
          metadata: mergeMetadata(current.metadata, metadata),
          requestThreeDSecure: options?.card?.request_three_d_secure,
        })
        if (current.status === 'requires_action' && intent.status !== current.status)
          await endOpenAttempt(sql, current, current.id, { status: 'abandoned', error: null })
        await saveSetupIntent(sql, intent)
        return { answer: setupIntentToWire(intent), events: [] }
      }),

    async listSetupIntents(call) {
      const tenant = tenantOf(call)
      const { customer, payment_method: paymentMethod, ...query } = call.query
      return answerList(
        {
          query,
          url: paymentsApi.listSetupIntents.path,
          resource: 'setupintent',
          find: async (id) => (isSetupIntentId(id) ? findSetupIntent(db.sql, tenant, id) : undefined),
          older: (window) => olderSetupIntents(db.sql, tenant, { customer, paymentMethod, window }),
          newer: (window) => newerSetupIntents(db.sql, tenant, { customer, paymentMethod, window }),
        },
        setupIntentToWire,
      )
    },

    confirmSetupIntent: (call) =>
      work.confirm(call, paymentsApi.confirmSetupIntent, call.params.id, {
        paymentMethod: call.body.payment_method,
        returnUrl: call.body.return_url,
        clientSecret: call.body.client_secret,
        requestThreeDSecure: call.body.payment_method_options?.card?.request_three_d_secure,
      }),

    cancelSetupIntent: (call) =>
      change(call, paymentsApi.cancelSetupIntent, async (sql) => {
        const current = await lock(sql, tenantOf(call), call.params.id)
        const intent = cancelSetupIntent(current, call.body.cancellation_reason)
        await endOpenAttempt(sql, current, current.id, { status: 'abandoned', error: null })
        await saveSetupIntent(sql, intent)
        const answer = setupIntentToWire(intent)
        return { answer, events: [{ type: 'setup_intent.canceled', object: answer }] }
      }),

    async listSetupAttempts(call) {
      const tenant = tenantOf(call)
      const { setup_intent: intent, ...query } = call.query
      const found = isSetupIntentId(intent) ? await findSetupIntent(db.sql, tenant, intent) : undefined
      if (found === undefined)
        throw new Fault('parameter_resource_missing', { resource: 'setupintent', id: intent, param: 'setup_intent' })
      return answerList(
        {
          query,
          url: paymentsApi.listSetupAttempts.path,
          resource: 'setupattempt',
          find: (id) => findSetupAttempt(db.sql, tenant, id),
          older: (window) => olderSetupAttempts(db.sql, tenant, { intent, window }),
          newer: (window) => newerSetupAttempts(db.sql, tenant, { intent, window }),
        },
        setupAttemptToWire,
      )
    },
  }
}
