import type { Tenant } from '@micro/contracts'
import type { Sql } from '@micro/postgres'
import type { ListWindow } from '@micro/service'
import type { SearchQuery } from '../search/search-query.ts'
import type { Intent } from './payment-intent.ts'

export const olderIntents = (sql: Sql, { merchant, mode }: Tenant, { above, below, limit }: ListWindow) => sql<Intent>`
  select * from payments.payment_intents
  where merchant = ${merchant} and mode = ${mode}
    and (created_at, id) < (${below.at}::timestamptz, ${below.id})
    and (created_at, id) > (${above.at}::timestamptz, ${above.id})
  order by created_at desc, id desc
  limit ${limit}`

/** The same from the other end, the oldest first. */
export const newerIntents = (sql: Sql, { merchant, mode }: Tenant, { above, below, limit }: ListWindow) => sql<Intent>`
  select * from payments.payment_intents
  where merchant = ${merchant} and mode = ${mode}
    and (created_at, id) < (${below.at}::timestamptz, ${below.id})
    and (created_at, id) > (${above.at}::timestamptz, ${above.id})
  order by created_at, id
  limit ${limit}`

/** As olderIntents, of one customer: a query of its own, so that it finds them by their index. */
export const customersOlderIntents =
  (customer: string) =>
  (sql: Sql, { merchant, mode }: Tenant, { above, below, limit }: ListWindow) =>
    sql<Intent>`
    select * from payments.payment_intents
    where merchant = ${merchant} and mode = ${mode} and customer = ${customer}
      and (created_at, id) < (${below.at}::timestamptz, ${below.id})
      and (created_at, id) > (${above.at}::timestamptz, ${above.id})
    order by created_at desc, id desc
    limit ${limit}`

/** As newerIntents, of one customer. */
export const customersNewerIntents =
  (customer: string) =>
  (sql: Sql, { merchant, mode }: Tenant, { above, below, limit }: ListWindow) =>
    sql<Intent>`
    select * from payments.payment_intents
    where merchant = ${merchant} and mode = ${mode} and customer = ${customer}
      and (created_at, id) < (${below.at}::timestamptz, ${below.id})
      and (created_at, id) > (${above.at}::timestamptz, ${above.id})
    order by created_at, id
    limit ${limit}`

/** What a search finds, newest first, behind the last of the page before. */
export const foundIntents = (
  sql: Sql,
  { merchant, mode }: Tenant,
  { query, after, limit }: { query: SearchQuery; after: Intent | undefined; limit: number },
) => sql<Intent>`
  select * from payments.payment_intents
  where merchant = ${merchant} and mode = ${mode}
    and (created_at, id) < (coalesce(${after?.created_at ?? null}::timestamptz, 'infinity'), ${after?.id ?? ''})
    and payments.matches(
      jsonb_build_object('amount', amount, 'created', extract(epoch from created_at)::bigint, 'currency', currency,
        'customer', customer, 'metadata', metadata, 'status', status),
      ${query}::jsonb)
  order by created_at desc, id desc
  limit ${limit}`
