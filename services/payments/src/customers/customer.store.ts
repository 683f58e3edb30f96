import type { Tenant } from '@micro/contracts'
import { first, type Sql } from '@micro/postgres'
import type { ListWindow } from '@micro/service'
import type { SearchQuery } from '../search/search-query.ts'
import type { Customer } from './customer.ts'

export const insertCustomer = (sql: Sql, customer: Customer) => sql`
  insert into payments.customers (
    id, merchant, mode, name, email, phone, description, address, shipping, metadata, preferred_locales, tax_exempt,
    invoice_custom_fields, invoice_footer, default_payment_method, default_source, created_at)
  values (
    ${customer.id}, ${customer.merchant}, ${customer.mode}, ${customer.name}, ${customer.email}, ${customer.phone},
    ${customer.description}, ${customer.address}, ${customer.shipping}, ${customer.metadata},
    ${customer.preferred_locales}, ${customer.tax_exempt}, ${jsonOf(customer.invoice_custom_fields)}::jsonb,
    ${customer.invoice_footer}, ${customer.default_payment_method}, ${customer.default_source}, ${customer.created_at})`

// A list would be sent as an array of PostgreSQL.
const jsonOf = (fields: Customer['invoice_custom_fields']): string | null =>
  fields === null ? null : JSON.stringify(fields)

/** Deleted ones too. */
export const findCustomer = async (sql: Sql, { merchant, mode }: Tenant, id: string): Promise<Customer | undefined> =>
  first(
    await sql<Customer>`
    select * from payments.customers where merchant = ${merchant} and mode = ${mode} and id = ${id}`,
  )

/** The lock every change of a customer, and of what it owns, begins with. Deleted ones too. */
export const lockCustomer = async (sql: Sql, { merchant, mode }: Tenant, id: string): Promise<Customer | undefined> =>
  first(
    await sql<Customer>`
    select * from payments.customers where merchant = ${merchant} and mode = ${mode} and id = ${id}
    for no key update`,
  )

export const saveCustomer = (sql: Sql, customer: Customer) => sql`
  update payments.customers set
    name = ${customer.name}, email = ${customer.email}, phone = ${customer.phone}, description = ${customer.description},
    address = ${customer.address}, shipping = ${customer.shipping}, metadata = ${customer.metadata},
    preferred_locales = ${customer.preferred_locales}, tax_exempt = ${customer.tax_exempt},
    invoice_custom_fields = ${jsonOf(customer.invoice_custom_fields)}::jsonb, invoice_footer = ${customer.invoice_footer},
    default_payment_method = ${customer.default_payment_method}, default_source = ${customer.default_source},
    deleted_at = ${customer.deleted_at}
  where merchant = ${customer.merchant} and mode = ${customer.mode} and id = ${customer.id}`

/** A page of a list; with an email, of the customers who have it. */
interface Listed {
  readonly email: string | undefined
  readonly window: ListWindow
}

export const olderCustomers = (
  sql: Sql,
  { merchant, mode }: Tenant,
  { email, window: { above, below, limit } }: Listed,
) => sql<Customer>`
  select * from payments.customers
  where merchant = ${merchant} and mode = ${mode} and deleted_at is null
    and (${email ?? null}::text is null or email = ${email ?? null})
    and (created_at, id) < (${below.at}::timestamptz, ${below.id})
    and (created_at, id) > (${above.at}::timestamptz, ${above.id})
  order by created_at desc, id desc
  limit ${limit}`

export const newerCustomers = (
  sql: Sql,
  { merchant, mode }: Tenant,
  { email, window: { above, below, limit } }: Listed,
) => sql<Customer>`
  select * from payments.customers
  where merchant = ${merchant} and mode = ${mode} and deleted_at is null
    and (${email ?? null}::text is null or email = ${email ?? null})
    and (created_at, id) < (${below.at}::timestamptz, ${below.id})
    and (created_at, id) > (${above.at}::timestamptz, ${above.id})
  order by created_at, id
  limit ${limit}`

/** Those of the ids that are the tenant's, in no order; deleted ones too. */
export const findCustomers = (sql: Sql, { merchant, mode }: Tenant, ids: readonly string[]) => sql<Customer>`
  select * from payments.customers where merchant = ${merchant} and mode = ${mode} and id = any(${ids})`

/** Those a search finds, newest first, older than the last one of the page before. */
export const searchCustomers = (
  sql: Sql,
  { merchant, mode }: Tenant,
  { query, after, limit }: { query: SearchQuery; after: Customer | undefined; limit: number },
) => sql<Customer>`
  select * from payments.customers
  where merchant = ${merchant} and mode = ${mode} and deleted_at is null
    and (created_at, id) < (coalesce(${after?.created_at ?? null}::timestamptz, 'infinity'), ${after?.id ?? ''})
    and payments.matches(
      jsonb_build_object('created', extract(epoch from created_at)::bigint, 'email', email, 'metadata', metadata,
        'name', name, 'phone', phone),
      ${query}::jsonb)
  order by created_at desc, id desc
  limit ${limit}`
