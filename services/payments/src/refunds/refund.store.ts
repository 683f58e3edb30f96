import type { Tenant } from '@micro/contracts'
import { first, type Sql } from '@micro/postgres'
import type { ListWindow } from '@micro/service'
import { takeTurns } from '../background/take-turns.store.ts'
import type { Refund, RefundedCharge } from './refund.ts'
import type { Refundable } from './refundable.ts'

export const insertRefund = (sql: Sql, refund: Refund) => sql`
  insert into payments.refunds (
    id, merchant, mode, charge, payment_intent, customer, payment_method, amount, currency, reason, metadata, status,
    request_id, idempotency_key, answer_status, leased_until, created_at)
  values (
    ${refund.id}, ${refund.merchant}, ${refund.mode}, ${refund.charge}, ${refund.payment_intent}, ${refund.customer},
    ${refund.payment_method}, ${refund.amount}, ${refund.currency}, ${refund.reason}, ${refund.metadata},
    ${refund.status}, ${refund.request_id}, ${refund.idempotency_key}, ${refund.answer_status}, ${refund.leased_until},
    ${refund.created_at})`

/** To change it, only under the lock of its payment intent: then nobody else can settle it meanwhile. */
export const findRefund = async (sql: Sql, { merchant, mode }: Tenant, id: string): Promise<Refund | undefined> =>
  first(
    await sql<Refund>`
    select * from payments.refunds where merchant = ${merchant} and mode = ${mode} and id = ${id}`,
  )

/** A processor knows refunds by their id alone, and no merchants: whose it is stands in the row. */
export const findReportedRefund = async (sql: Sql, id: string): Promise<Refund | undefined> =>
  first(await sql<Refund>`select * from payments.refunds where id = ${id}`)

export const saveRefund = (sql: Sql, refund: Refund) => sql`
  update payments.refunds set
    status = ${refund.status}, processor_id = ${refund.processor_id}, failure_reason = ${refund.failure_reason},
    balance_transaction = ${refund.balance_transaction},
    failure_balance_transaction = ${refund.failure_balance_transaction}, settled_at = ${refund.settled_at},
    leased_until = ${refund.leased_until}
  where merchant = ${refund.merchant} and mode = ${refund.mode} and id = ${refund.id}`

export const saveRefundMetadata = (sql: Sql, { merchant, mode, id, metadata }: Refund) => sql`
  update payments.refunds set metadata = ${metadata} where merchant = ${merchant} and mode = ${mode} and id = ${id}`

/** Keeps the completer away while somebody is at work on a pending refund. */
export const extendRefundLease = (sql: Sql, { merchant, mode }: Tenant, id: string, leasedUntil: Date) => sql`
  update payments.refunds set leased_until = ${leasedUntil}
  where merchant = ${merchant} and mode = ${mode} and id = ${id} and status = 'pending'`

/**
 * The completer's work, of all merchants: pending refunds nobody has been at work on for a lease. Takes the lease.
 */
export const takeUnsettledRefunds = takeTurns<Refund>({
  table: 'payments.refunds',
  key: 'id',
  waits: "status = 'pending'",
  time: 'leased_until',
})

/** What a refund needs to know of a charge; to decide upon it, only under the lock of its payment intent. */
export const findRefundable = async (
  sql: Sql,
  { merchant, mode }: Tenant,
  id: string,
): Promise<(Refundable & RefundedCharge) | undefined> =>
  first(
    await sql<Refundable & RefundedCharge>`
    select id, merchant, mode, payment_intent, customer, payment_method, currency, status, captured, amount_captured,
      amount_refunded
    from payments.charges where merchant = ${merchant} and mode = ${mode} and id = ${id}`,
  )

export const findRefunds = (sql: Sql, { merchant, mode }: Tenant, ids: readonly string[]) => sql<Refund>`
  select * from payments.refunds where merchant = ${merchant} and mode = ${mode} and id = any(${ids})`

/** The newest refunds of each of some charges, newest first. */
export const newestRefundsOf = (
  sql: Sql,
  { merchant, mode }: Tenant,
  charges: readonly string[],
  limit: number,
) => sql<Refund>`
  select r.* from unnest(${charges}::text[]) as wanted (charge)
  cross join lateral (
    select * from payments.refunds
    where merchant = ${merchant} and mode = ${mode} and charge = wanted.charge
    order by created_at desc, id desc
    limit ${limit}) as r
  order by r.created_at desc, r.id desc`

/** Which refunds a list is of; null where any are. */
export interface RefundFilter {
  readonly charge: string | null
  readonly intent: string | null
}

/** Newest first. */
export const olderRefunds = (
  sql: Sql,
  { merchant, mode }: Tenant,
  { charge, intent }: RefundFilter,
  { above, below, limit }: ListWindow,
) => sql<Refund>`
  select * from payments.refunds
  where merchant = ${merchant} and mode = ${mode}
    and (${charge}::text is null or charge = ${charge})
    and (${intent}::text is null or payment_intent = ${intent})
    and (created_at, id) < (${below.at}::timestamptz, ${below.id})
    and (created_at, id) > (${above.at}::timestamptz, ${above.id})
  order by created_at desc, id desc
  limit ${limit}`

/** The same from the other end. */
export const newerRefunds = (
  sql: Sql,
  { merchant, mode }: Tenant,
  { charge, intent }: RefundFilter,
  { above, below, limit }: ListWindow,
) => sql<Refund>`
  select * from payments.refunds
  where merchant = ${merchant} and mode = ${mode}
    and (${charge}::text is null or charge = ${charge})
    and (${intent}::text is null or payment_intent = ${intent})
    and (created_at, id) < (${below.at}::timestamptz, ${below.id})
    and (created_at, id) > (${above.at}::timestamptz, ${above.id})
  order by created_at, id
  limit ${limit}`
