import type { Tenant } from '@micro/contracts'
import { first, type Sql } from '@micro/postgres'
import type { ListWindow } from '@micro/service'
import type { SearchQuery } from '../search/search-query.ts'
import type { Product } from './product.ts'

/** False where the tenant has a product of that id. */
export const insertProduct = async (sql: Sql, product: Product): Promise<boolean> =>
  (
    await sql`
      insert into payments.products (
        id, merchant, mode, name, active, type, description, images, marketing_features, metadata, package_dimensions,
        shippable, statement_descriptor, tax_code, unit_label, url, created_at, updated_at)
      values (
        ${product.id}, ${product.merchant}, ${product.mode}, ${product.name}, ${product.active}, ${product.type},
        ${product.description}, ${product.images}, ${product.marketing_features}, ${product.metadata},
        ${product.package_dimensions}, ${product.shippable}, ${product.statement_descriptor}, ${product.tax_code},
        ${product.unit_label}, ${product.url}, ${product.created_at}, ${product.updated_at})
      on conflict (merchant, mode, id) do nothing
      returning id`
  ).length === 1

export const findProduct = async (sql: Sql, { merchant, mode }: Tenant, id: string): Promise<Product | undefined> =>
  first(
    await sql<Product>`
    select * from payments.products where merchant = ${merchant} and mode = ${mode} and id = ${id}`,
  )

/** The lock every change of a product, and of its prices, begins with. */
export const lockProduct = async (sql: Sql, { merchant, mode }: Tenant, id: string): Promise<Product | undefined> =>
  first(
    await sql<Product>`
    select * from payments.products where merchant = ${merchant} and mode = ${mode} and id = ${id}
    for update`,
  )

export const saveProduct = (sql: Sql, product: Product) => sql`
  update payments.products set
    name = ${product.name}, active = ${product.active}, description = ${product.description}, images = ${product.images},
    marketing_features = ${product.marketing_features}, metadata = ${product.metadata},
    package_dimensions = ${product.package_dimensions}, shippable = ${product.shippable},
    statement_descriptor = ${product.statement_descriptor}, tax_code = ${product.tax_code},
    unit_label = ${product.unit_label}, url = ${product.url}, default_price = ${product.default_price},
    updated_at = ${product.updated_at}
  where merchant = ${product.merchant} and mode = ${product.mode} and id = ${product.id}`

/** Of a locked product. PostgreSQL refuses it while there are prices. */
export const removeProduct = (sql: Sql, { merchant, mode, id }: Product) => sql`
  delete from payments.products where merchant = ${merchant} and mode = ${mode} and id = ${id}`

/** Which products a list shows; null: any. */
export interface ProductFilter {
  readonly active: boolean | null
  readonly ids: readonly string[] | null
  readonly shippable: boolean | null
  readonly type: string | null
  readonly url: string | null
}

interface Listed {
  readonly filter: ProductFilter
  readonly window: ListWindow
}

export const olderProducts = (
  sql: Sql,
  { merchant, mode }: Tenant,
  { filter, window: { above, below, limit } }: Listed,
) => sql<Product>`
  select * from payments.products
  where merchant = ${merchant} and mode = ${mode}
    and (${filter.active}::boolean is null or active = ${filter.active})
    and (${filter.ids}::text[] is null or id = any(${filter.ids}))
    and (${filter.shippable}::boolean is null or shippable = ${filter.shippable})
    and (${filter.type}::text is null or type = ${filter.type})
    and (${filter.url}::text is null or url = ${filter.url})
    and (created_at, id) < (${below.at}::timestamptz, ${below.id})
    and (created_at, id) > (${above.at}::timestamptz, ${above.id})
  order by created_at desc, id desc
  limit ${limit}`

export const newerProducts = (
  sql: Sql,
  { merchant, mode }: Tenant,
  { filter, window: { above, below, limit } }: Listed,
) => sql<Product>`
  select * from payments.products
  where merchant = ${merchant} and mode = ${mode}
    and (${filter.active}::boolean is null or active = ${filter.active})
    and (${filter.ids}::text[] is null or id = any(${filter.ids}))
    and (${filter.shippable}::boolean is null or shippable = ${filter.shippable})
    and (${filter.type}::text is null or type = ${filter.type})
    and (${filter.url}::text is null or url = ${filter.url})
    and (created_at, id) < (${below.at}::timestamptz, ${below.id})
    and (created_at, id) > (${above.at}::timestamptz, ${above.id})
  order by created_at, id
  limit ${limit}`

/** Those of the ids that are the tenant's, in no order. */
export const findProducts = (sql: Sql, { merchant, mode }: Tenant, ids: readonly string[]) => sql<Product>`
  select * from payments.products where merchant = ${merchant} and mode = ${mode} and id = any(${ids})`

/** Those a search finds, newest first, older than the last one of the page before. */
export const searchProducts = (
  sql: Sql,
  { merchant, mode }: Tenant,
  { query, after, limit }: { query: SearchQuery; after: Product | undefined; limit: number },
) => sql<Product>`
  select * from payments.products
  where merchant = ${merchant} and mode = ${mode}
    and (created_at, id) < (coalesce(${after?.created_at ?? null}::timestamptz, 'infinity'), ${after?.id ?? ''})
    and payments.matches(
      jsonb_build_object('active', active, 'description', description, 'metadata', metadata, 'name', name,
        'shippable', shippable, 'url', url),
      ${query}::jsonb)
  order by created_at desc, id desc
  limit ${limit}`
