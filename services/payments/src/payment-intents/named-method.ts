import type { PaymentMethodParam, Tenant } from '@micro/contracts'
import type { Sql } from '@micro/postgres'
import { requireUsable } from '../payment-methods/payment-method.ts'
import type { Named, PaymentMethodWork } from '../payment-methods/payment-method.work.ts'

/** How a caller names what is to be charged: by id or alias, or as one to be made of a token. */
export interface NamedMethod {
  readonly id: string | undefined
  readonly data: PaymentMethodParam | undefined
  readonly customer: string | null
}

/**
 * The payment method that is named, if one is, and may be used for this customer. What is new is the caller's to store.
 * @throws Fault parameter_resource_missing, payment_method_unexpected_state
 */
export const methodNamed = async (
  sql: Sql,
  paymentMethods: PaymentMethodWork,
  tenant: Tenant,
  { id, data, customer }: NamedMethod,
): Promise<Named | undefined> => {
  if (data !== undefined) {
    const { card, type: _type, metadata = {}, ...details } = data
    const param = 'payment_method_data[card][token]'
    const given = { param, details: { ...details, metadata } }
    return { method: await paymentMethods.make(sql, tenant, card.token ?? '', given), isNew: true }
  }
  if (id === undefined) return undefined
  const named = await paymentMethods.resolve(sql, tenant, id)
  requireUsable(named.method, customer)
  return named
}
