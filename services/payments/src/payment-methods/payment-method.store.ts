import type { Tenant } from '@micro/contracts'
import { first, type Sql } from '@micro/postgres'
import type { ListWindow } from '@micro/service'
import type { PaymentMethod } from './payment-method.ts'

export const insertPaymentMethod = (sql: Sql, method: PaymentMethod) => sql`
  insert into payments.payment_methods (
    id, merchant, mode, type, processor_method, card, exp_month, exp_year, fingerprint, allow_redisplay, billing_details,
    metadata, status, customer, created_at)
  values (
    ${method.id}, ${method.merchant}, ${method.mode}, ${method.type}, ${method.processor_method}, ${method.card},
    ${method.exp_month}, ${method.exp_year}, ${method.fingerprint}, ${method.allow_redisplay}, ${method.billing_details},
    ${method.metadata}, ${method.status}, ${method.customer}, ${method.created_at})`

/** Of the first merchant who brings it, once: whoever else does finds none. */
export const adoptPaymentMethod = (sql: Sql, method: PaymentMethod) => sql`
  insert into payments.payment_methods (
    id, merchant, mode, type, processor_method, card, exp_month, exp_year, fingerprint, allow_redisplay, billing_details,
    metadata, status, customer, created_at)
  values (
    ${method.id}, ${method.merchant}, ${method.mode}, ${method.type}, ${method.processor_method}, ${method.card},
    ${method.exp_month}, ${method.exp_year}, ${method.fingerprint}, ${method.allow_redisplay}, ${method.billing_details},
    ${method.metadata}, ${method.status}, ${method.customer}, ${method.created_at})
  on conflict do nothing`

export const findPaymentMethod = async (
  sql: Sql,
  { merchant, mode }: Tenant,
  id: string,
): Promise<PaymentMethod | undefined> =>
  first(
    await sql<PaymentMethod>`
    select * from payments.payment_methods where merchant = ${merchant} and mode = ${mode} and id = ${id}`,
  )

/** After the lock of its customer, where it has one or is to have one. */
export const lockPaymentMethod = async (
  sql: Sql,
  { merchant, mode }: Tenant,
  id: string,
): Promise<PaymentMethod | undefined> =>
  first(
    await sql<PaymentMethod>`
    select * from payments.payment_methods where merchant = ${merchant} and mode = ${mode} and id = ${id}
    for no key update`,
  )

export const savePaymentMethod = (sql: Sql, method: PaymentMethod) => sql`
  update payments.payment_methods set
    exp_month = ${method.exp_month}, exp_year = ${method.exp_year}, allow_redisplay = ${method.allow_redisplay},
    billing_details = ${method.billing_details}, metadata = ${method.metadata}, status = ${method.status},
    customer = ${method.customer}, set_up = ${method.set_up}
  where merchant = ${method.merchant} and mode = ${method.mode} and id = ${method.id}`

/** What belongs to nobody is good for one payment. */
export const spendPaymentMethod = (sql: Sql, { merchant, mode }: Tenant, id: string) => sql`
  update payments.payment_methods set status = 'spent'
  where merchant = ${merchant} and mode = ${mode} and id = ${id} and status = 'fresh'`

/** All that a customer has, under the customer's lock. */
export const detachAllOf = (sql: Sql, { merchant, mode }: Tenant, customer: string) => sql<PaymentMethod>`
  update payments.payment_methods set status = 'spent'
  where merchant = ${merchant} and mode = ${mode} and customer = ${customer} and status = 'attached'
  returning *`

interface OfCustomer {
  readonly customer: string
  readonly window: ListWindow
}

export const olderPaymentMethods = (
  sql: Sql,
  { merchant, mode }: Tenant,
  { customer, window: { above, below, limit } }: OfCustomer,
) => sql<PaymentMethod>`
  select * from payments.payment_methods
  where merchant = ${merchant} and mode = ${mode} and customer = ${customer} and status = 'attached'
    and (created_at, id) < (${below.at}::timestamptz, ${below.id})
    and (created_at, id) > (${above.at}::timestamptz, ${above.id})
  order by created_at desc, id desc
  limit ${limit}`

export const newerPaymentMethods = (
  sql: Sql,
  { merchant, mode }: Tenant,
  { customer, window: { above, below, limit } }: OfCustomer,
) => sql<PaymentMethod>`
  select * from payments.payment_methods
  where merchant = ${merchant} and mode = ${mode} and customer = ${customer} and status = 'attached'
    and (created_at, id) < (${below.at}::timestamptz, ${below.id})
    and (created_at, id) > (${above.at}::timestamptz, ${above.id})
  order by created_at, id
  limit ${limit}`

/** Those of the ids that are the tenant's, in no order. */
export const findPaymentMethods = (sql: Sql, { merchant, mode }: Tenant, ids: readonly string[]) => sql<PaymentMethod>`
  select * from payments.payment_methods where merchant = ${merchant} and mode = ${mode} and id = any(${ids})`
