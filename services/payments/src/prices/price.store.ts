import type { Tenant } from '@micro/contracts'
import { first, type Sql } from '@micro/postgres'
import type { ListWindow } from '@micro/service'
import type { SearchQuery } from '../search/search-query.ts'
import type { Price } from './price.ts'

export const insertPrice = (sql: Sql, price: Price) => sql`
  insert into payments.prices (
    id, merchant, mode, product, active, currency, unit_amount_decimal, tax_behavior, nickname, lookup_key, metadata,
    created_at)
  values (
    ${price.id}, ${price.merchant}, ${price.mode}, ${price.product}, ${price.active}, ${price.currency},
    ${price.unit_amount_decimal}, ${price.tax_behavior}, ${price.nickname}, ${price.lookup_key}, ${price.metadata},
    ${price.created_at})`

export const findPrice = async (sql: Sql, { merchant, mode }: Tenant, id: string): Promise<Price | undefined> =>
  first(
    await sql<Price>`
    select * from payments.prices where merchant = ${merchant} and mode = ${mode} and id = ${id}`,
  )

/** After the lock of its product. */
export const lockPrice = async (sql: Sql, { merchant, mode }: Tenant, id: string): Promise<Price | undefined> =>
  first(
    await sql<Price>`
    select * from payments.prices where merchant = ${merchant} and mode = ${mode} and id = ${id}
    for no key update`,
  )

export const savePrice = (sql: Sql, price: Price) => sql`
  update payments.prices set
    active = ${price.active}, tax_behavior = ${price.tax_behavior}, nickname = ${price.nickname},
    lookup_key = ${price.lookup_key}, metadata = ${price.metadata}
  where merchant = ${price.merchant} and mode = ${price.mode} and id = ${price.id}`

/** Whether a product has any price, also one that is no longer offered. */
export const hasPrices = async (sql: Sql, { merchant, mode }: Tenant, product: string): Promise<boolean> =>
  (
    await sql`
      select id from payments.prices where merchant = ${merchant} and mode = ${mode} and product = ${product} limit 1`
  ).length > 0

/** The price that has a key, locked; those who want one key wait for each other here, whether there is such a price or not. */
export const lockLookupKey = async (
  sql: Sql,
  { merchant, mode }: Tenant,
  lookupKey: string,
): Promise<Price | undefined> => {
  await sql`
    select pg_advisory_xact_lock(hashtextextended(concat_ws('/', 'payments.prices', ${merchant}::text, ${mode}::text, ${lookupKey}::text), 0))`
  return first(
    await sql<Price>`
    select * from payments.prices where merchant = ${merchant} and mode = ${mode} and lookup_key = ${lookupKey}
    for no key update`,
  )
}

/** Which prices a list shows; null: any. */
export interface PriceFilter {
  readonly active: boolean | null
  readonly currency: string | null
  readonly lookupKeys: readonly string[] | null
  readonly product: string | null
}

interface Listed {
  readonly filter: PriceFilter
  readonly window: ListWindow
}

export const olderPrices = (
  sql: Sql,
  { merchant, mode }: Tenant,
  { filter, window: { above, below, limit } }: Listed,
) => sql<Price>`
  select * from payments.prices
  where merchant = ${merchant} and mode = ${mode}
    and (${filter.active}::boolean is null or active = ${filter.active})
    and (${filter.currency}::text is null or currency = ${filter.currency})
    and (${filter.lookupKeys}::text[] is null or lookup_key = any(${filter.lookupKeys}))
    and (${filter.product}::text is null or product = ${filter.product})
    and (created_at, id) < (${below.at}::timestamptz, ${below.id})
    and (created_at, id) > (${above.at}::timestamptz, ${above.id})
  order by created_at desc, id desc
  limit ${limit}`

export const newerPrices = (
  sql: Sql,
  { merchant, mode }: Tenant,
  { filter, window: { above, below, limit } }: Listed,
) => sql<Price>`
  select * from payments.prices
  where merchant = ${merchant} and mode = ${mode}
    and (${filter.active}::boolean is null or active = ${filter.active})
    and (${filter.currency}::text is null or currency = ${filter.currency})
    and (${filter.lookupKeys}::text[] is null or lookup_key = any(${filter.lookupKeys}))
    and (${filter.product}::text is null or product = ${filter.product})
    and (created_at, id) < (${below.at}::timestamptz, ${below.id})
    and (created_at, id) > (${above.at}::timestamptz, ${above.id})
  order by created_at, id
  limit ${limit}`

/** Those of the ids that are the tenant's, in no order. */
export const findPrices = (sql: Sql, { merchant, mode }: Tenant, ids: readonly string[]) => sql<Price>`
  select * from payments.prices where merchant = ${merchant} and mode = ${mode} and id = any(${ids})`

/** Those a search finds, newest first, older than the last one of the page before. */
export const searchPrices = (
  sql: Sql,
  { merchant, mode }: Tenant,
  { query, after, limit }: { query: SearchQuery; after: Price | undefined; limit: number },
) => sql<Price>`
  select * from payments.prices
  where merchant = ${merchant} and mode = ${mode}
    and (created_at, id) < (coalesce(${after?.created_at ?? null}::timestamptz, 'infinity'), ${after?.id ?? ''})
    and payments.matches(
      jsonb_build_object('active', active, 'currency', currency, 'lookup_key', lookup_key, 'metadata', metadata,
        'product', product, 'type', 'one_time'),
      ${query}::jsonb)
  order by created_at desc, id desc
  limit ${limit}`
