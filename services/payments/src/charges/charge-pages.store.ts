import type { Tenant } from '@micro/contracts'
import type { Sql } from '@micro/postgres'
import type { ListWindow } from '@micro/service'
import type { SearchQuery } from '../search/search-query.ts'
import type { Charge } from './charge.ts'

/** Which charges a list shows; undefined: whichever. */
export interface ChargeFilter {
  readonly customer: string | undefined
  readonly paymentIntent: string | undefined
  readonly transferGroup: string | undefined
}

interface Listed extends ChargeFilter {
  readonly window: ListWindow
}

export const olderCharges = (
  sql: Sql,
  { merchant, mode }: Tenant,
  { window: { above, below, limit }, ...filter }: Listed,
) => {
  const { customer = null, paymentIntent = null, transferGroup = null } = filter
  return sql<Charge>`
  select * from payments.charges
  where merchant = ${merchant} and mode = ${mode}
    and (created_at, id) < (${below.at}::timestamptz, ${below.id})
    and (created_at, id) > (${above.at}::timestamptz, ${above.id})
    and (${customer}::text is null or customer = ${customer})
    and (${paymentIntent}::text is null or payment_intent = ${paymentIntent})
    and (${transferGroup}::text is null or transfer_group = ${transferGroup})
  order by created_at desc, id desc
  limit ${limit}`
}

/** The same from the other end, the oldest first. */
export const newerCharges = (
  sql: Sql,
  { merchant, mode }: Tenant,
  { window: { above, below, limit }, ...filter }: Listed,
) => {
  const { customer = null, paymentIntent = null, transferGroup = null } = filter
  return sql<Charge>`
  select * from payments.charges
  where merchant = ${merchant} and mode = ${mode}
    and (created_at, id) < (${below.at}::timestamptz, ${below.id})
    and (created_at, id) > (${above.at}::timestamptz, ${above.id})
    and (${customer}::text is null or customer = ${customer})
    and (${paymentIntent}::text is null or payment_intent = ${paymentIntent})
    and (${transferGroup}::text is null or transfer_group = ${transferGroup})
  order by created_at, id
  limit ${limit}`
}

/** What a search finds, newest first, behind the last of the page before. */
export const foundCharges = (
  sql: Sql,
  { merchant, mode }: Tenant,
  { query, after, limit }: { query: SearchQuery; after: Charge | undefined; limit: number },
) => sql<Charge>`
  select * from payments.charges
  where merchant = ${merchant} and mode = ${mode}
    and (created_at, id) < (coalesce(${after?.created_at ?? null}::timestamptz, 'infinity'), ${after?.id ?? ''})
    and payments.matches(
      jsonb_build_object('amount', amount, 'created', extract(epoch from created_at)::bigint, 'currency', currency,
        'customer', customer, 'disputed', disputed, 'metadata', metadata,
        'payment_method_details.card.brand', payment_method_details ->> 'brand',
        'payment_method_details.card.last4', payment_method_details ->> 'last4',
        'refunded', captured and amount_refunded = amount_captured, 'status', status),
      ${query}::jsonb)
  order by created_at desc, id desc
  limit ${limit}`
