import type { PaymentMethodParam, Tenant } from '@micro/contracts'
import type { Sql, TransactionSql } from '@micro/postgres'
import { appendOutbox, ringOutbox, type EventOrigin } from '@micro/service'
import type { ChargeDependencies } from '../charges/charge.work.ts'
import { namedCustomer } from '../customers/customer.lookup.ts'
import { storeNew } from '../payment-methods/payment-method.work.ts'
import { methodNamed } from './named-method.ts'
import { createIntent, type NewIntent } from './new-intent.ts'
import type { Intent } from './payment-intent.ts'
import { newClientSecret } from './payment-intent.ids.ts'
import { insertIntent } from './payment-intent.store.ts'
import { intentToWire } from './payment-intent.wire.ts'

/** What a caller says of a new intent. */
export interface IntentTerms extends Omit<NewIntent, 'id' | 'merchant' | 'mode' | 'clientSecret' | 'now'> {
  readonly methodData?: PaymentMethodParam | undefined
}

export interface CreateWork {
  /**
   * A new intent, told of; `stored` notes in the same database transaction, as its last, what its caller's key is to know.
   * @throws Fault parameter_resource_missing, payment_method_unexpected_state
   */
  create(
    origin: EventOrigin,
    terms: IntentTerms,
    stored: (sql: TransactionSql, intent: Intent) => unknown,
  ): Promise<Intent>
}

export const createCreateWork = (deps: ChargeDependencies): CreateWork => {
  const { db, newId, bus, paymentMethods, merchantTime } = deps
  const append = appendOutbox(deps)

  /** The id of the payment method that is named, if one is: of an alias a new one is made. */
  const methodOf = async (sql: Sql, tenant: Tenant, terms: IntentTerms): Promise<string | undefined> => {
    if (terms.customer !== undefined) await namedCustomer(sql, tenant, terms.customer)
    const { paymentMethod: id, methodData: data, customer = null } = terms
    const named = await methodNamed(sql, paymentMethods, tenant, { id, data, customer })
    return named && storeNew(sql, named).id
  }

  return {
    async create(origin, terms, stored) {
      const { merchant, mode } = origin
      if (terms.paymentMethod !== undefined) await paymentMethods.adopt({ merchant, mode }, terms.paymentMethod)
      const now = await merchantTime.now({ merchant, mode })
      const id = newId('payment_intent')
      const created = await db.transaction(async (sql) => {
        const paymentMethod = await methodOf(sql, { merchant, mode }, terms)
        const identity = { id, merchant, mode, clientSecret: newClientSecret(id, newId), now }
        const intent = createIntent({ ...terms, ...identity, paymentMethod })
        // Sent together, run in order.
        await Promise.all([
          insertIntent(sql, intent),
          append(sql, origin, [{ type: 'payment_intent.created', object: intentToWire(intent) }]),
          stored(sql, intent),
        ])
        return intent
      })
      ringOutbox(bus, 'payments')
      return created
    },
  }
}
