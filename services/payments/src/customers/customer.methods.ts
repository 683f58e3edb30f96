import type { Tenant } from '@micro/contracts'
import { Fault } from '@micro/kernel'
import type { Sql } from '@micro/postgres'
import type { EmittedEvent } from '@micro/service'
import { isPaymentMethodId } from '../payment-methods/payment-method.ids.ts'
import { findPaymentMethod } from '../payment-methods/payment-method.store.ts'
import type { PaymentMethodWork } from '../payment-methods/payment-method.work.ts'
import type { Decline } from '../processors/processor.ts'
import type { Customer } from './customer.ts'

/** The payment methods that a request brings along for its customer, each under the name of its parameter. */
export type Brought = readonly (readonly [param: 'payment_method' | 'source', idOrAlias: string])[]

export const broughtBy = (body: { readonly payment_method?: string; readonly source?: string }): Brought => {
  const { payment_method: method, source } = body
  return [
    ...(method === undefined ? [] : [['payment_method', method] as const]),
    ...(source === undefined ? [] : [['source', source] as const]),
  ]
}

/** The first decline among them, before anything is written. @throws as resolvePaymentMethod and verify do */
export const findDecline = async (
  sql: Sql,
  tenant: Tenant,
  { brought, methods }: { brought: Brought; methods: PaymentMethodWork },
): Promise<Decline | undefined> => {
  for (const [param, idOrAlias] of brought) {
    const outcome = await methods.verify(tenant, await methods.processorMethodOf(sql, tenant, idOrAlias, param))
    if (outcome.kind === 'declined') return outcome
  }
  return undefined
}

/** Attaches them to a locked customer; what came as its source becomes its default source. Does not save the customer. */
export const attachBrought = async (
  sql: Sql,
  customer: Customer,
  { brought, methods }: { brought: Brought; methods: PaymentMethodWork },
): Promise<{ customer: Customer; attached: ReadonlyMap<string, string>; events: EmittedEvent[] }> => {
  const attached = new Map<string, string>()
  const events: EmittedEvent[] = []
  let changed = customer
  for (const [param, idOrAlias] of brought) {
    const method = await methods.lockNamed(sql, customer, idOrAlias, param)
    if (method.status !== 'attached' || method.customer !== customer.id)
      events.push(...(await methods.attach(sql, method, customer.id)).events)
    attached.set(idOrAlias, method.id)
    if (param === 'source') changed = { ...changed, default_source: method.id }
  }
  return { customer: changed, attached, events }
}

/** @throws Fault parameter_resource_missing unless the default payment method is one of the locked customer's */
export const requireOwnDefault = async (sql: Sql, customer: Customer): Promise<void> => {
  const { default_payment_method: id } = customer
  if (id === null) return
  const method = isPaymentMethodId(id) ? await findPaymentMethod(sql, customer, id) : undefined
  if (method?.status === 'attached' && method.customer === customer.id) return
  const param = 'invoice_settings[default_payment_method]'
  throw new Fault('parameter_resource_missing', { resource: 'PaymentMethod', id, param })
}
