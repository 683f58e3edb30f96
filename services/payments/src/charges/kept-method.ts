import type { Sql } from '@micro/postgres'
import type { EmittedEvent } from '@micro/service'
import { lockCustomer } from '../customers/customer.store.ts'
import { lockPaymentMethod, savePaymentMethod } from '../payment-methods/payment-method.store.ts'
import type { PaymentMethodWork } from '../payment-methods/payment-method.work.ts'
import type { Intent } from '../payment-intents/payment-intent.ts'
import type { Charge } from './charge.ts'

/** What is asked for cards goes before what is asked for all. */
const usageOf = ({ setup_future_usage, payment_method_options: options }: Intent) =>
  options?.card?.setup_future_usage ?? setup_future_usage

/** Whether a payment method was good for the payment it succeeded with only: nobody agreed on keeping it for a customer. */
export const isSpent = ({ intent, charge }: { intent: Intent; charge: Charge }): boolean =>
  charge.status === 'succeeded' && (usageOf(intent) === null || intent.customer === null)

/**
 * Under the intent's lock, after its charge succeeded: the payment method is kept for its customer where that was agreed
 * on. The money has moved, so whatever became of either meanwhile is let be.
 */
export const keepPaymentMethod = async (
  sql: Sql,
  paymentMethods: PaymentMethodWork,
  { intent, charge }: { intent: Intent; charge: Charge },
): Promise<readonly EmittedEvent[]> => {
  const { customer } = intent
  if (charge.status !== 'succeeded' || customer === null || isSpent({ intent, charge })) return []
  const owner = await lockCustomer(sql, charge, customer)
  const method = await lockPaymentMethod(sql, charge, charge.payment_method)
  if (owner === undefined || owner.deleted_at !== null || method === undefined) return []
  const kept = { ...method, set_up: method.set_up || usageOf(intent) === 'off_session' }
  if (method.status === 'fresh') return (await paymentMethods.attach(sql, kept, customer)).events
  if (method.status === 'attached' && kept.set_up !== method.set_up) await savePaymentMethod(sql, kept)
  return []
}
