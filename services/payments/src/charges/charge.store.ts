import type { Tenant } from '@micro/contracts'
import { first, only, type Sql } from '@micro/postgres'
import type { Charge } from './charge.ts'

export const insertCharge = (sql: Sql, charge: Charge) => sql`
  insert into payments.charges (
    id, merchant, mode, payment_intent, amount, currency, payment_method, status, request_id, idempotency_key, answer_status,
    leased_until, created_at)
  values (
    ${charge.id}, ${charge.merchant}, ${charge.mode}, ${charge.payment_intent}, ${charge.amount}, ${charge.currency},
    ${charge.payment_method}, ${charge.status}, ${charge.request_id}, ${charge.idempotency_key}, ${charge.answer_status},
    ${charge.leased_until}, ${charge.created_at})`

/** Only under the lock of its intent: then nobody else can settle it meanwhile. */
export const findCharge = async (sql: Sql, { merchant, mode }: Tenant, id: string): Promise<Charge | undefined> =>
  first(
    await sql<Charge>`
    select * from payments.charges where merchant = ${merchant} and mode = ${mode} and id = ${id}`,
  )

/** A result is written once: whoever comes second finds the charge no longer pending. */
export const saveSettlement = async (sql: Sql, charge: Charge): Promise<boolean> =>
  (
    await sql`
      update payments.charges set
        status = ${charge.status}, processor_id = ${charge.processor_id}, failure_code = ${charge.failure_code},
        decline_code = ${charge.decline_code}, failure_message = ${charge.failure_message},
        failure_param = ${charge.failure_param}, advice_code = ${charge.advice_code}, fee = ${charge.fee},
        posting = ${charge.posting}, posting_after = ${charge.posting_after}, settled_at = ${charge.settled_at}
      where merchant = ${charge.merchant} and mode = ${charge.mode} and id = ${charge.id} and status = 'pending'
      returning id`
  ).length === 1

/** Keeps the completer away while somebody is at work on a pending charge. */
export const extendLease = (sql: Sql, { merchant, mode }: Tenant, id: string, leasedUntil: Date) => sql`
  update payments.charges set leased_until = ${leasedUntil}
  where merchant = ${merchant} and mode = ${mode} and id = ${id} and status = 'pending'`

/** The completer's work, of all merchants: pending charges nobody has been at work on for a lease. Takes the lease. */
export const takeAbandonedCharges = (
  sql: Sql,
  { now, leasedUntil, limit }: { now: Date; leasedUntil: Date; limit: number },
) =>
  sql<Charge>`
    update payments.charges set leased_until = ${leasedUntil}
    where id in (
      select id from payments.charges
      where status = 'pending' and leased_until <= ${now}
      order by leased_until
      limit ${limit}
      for update skip locked)
    returning *`

const measuredMax = 10_000

interface Waiting {
  readonly count: number
  readonly oldestSeconds: number
}

/** What waits for the ledger or for its result, of all merchants, by the database's clock. Bounded, however much it is. */
export const measureCharges = async (sql: Sql): Promise<{ unposted: Waiting; pending: Waiting }> => {
  const row = only(
    await sql<{ unposted: bigint; unposted_seconds: number; pending: bigint; pending_seconds: number }>`
    select
      unposted.count as unposted, unposted.seconds as unposted_seconds,
      pending.count as pending, pending.seconds as pending_seconds
    from
      (select count(*), coalesce(extract(epoch from clock_timestamp() - min(settled_at))::float8, 0) as seconds
        from (select settled_at from payments.charges where posting = 'due' limit ${measuredMax}) as due) as unposted,
      (select count(*), coalesce(extract(epoch from clock_timestamp() - min(created_at))::float8, 0) as seconds
        from (select created_at from payments.charges where status = 'pending' limit ${measuredMax}) as begun) as pending`,
  )
  const waiting = (count: bigint, seconds: number): Waiting => ({
    count: Number(count),
    oldestSeconds: Math.max(0, seconds),
  })
  return {
    unposted: waiting(row.unposted, row.unposted_seconds),
    pending: waiting(row.pending, row.pending_seconds),
  }
}
