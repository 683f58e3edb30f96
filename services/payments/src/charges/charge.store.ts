import type { Tenant } from '@micro/contracts'
import { first, only, type Sql } from '@micro/postgres'
import { takeTurns } from '../background/take-turns.store.ts'
import type { Charge } from './charge.ts'

export const insertCharge = (sql: Sql, charge: Charge) => sql`
  insert into payments.charges (
    id, merchant, mode, payment_intent, amount, currency, payment_method, processor_method, processor, status, capture_method,
    customer, off_session, authenticated, set_up, payment_method_details, billing_details, metadata, description, receipt_email,
    shipping, statement_descriptor, statement_descriptor_suffix, transfer_group, request_id, idempotency_key,
    answer_status, answer_with, leased_until, created_at, processor_id, captured, amount_captured, capture_before, outcome,
    failure_code, decline_code, failure_message, failure_param, advice_code, fee, balance_transaction, settled_at)
  values (
    ${charge.id}, ${charge.merchant}, ${charge.mode}, ${charge.payment_intent}, ${charge.amount}, ${charge.currency},
    ${charge.payment_method}, ${charge.processor_method}, ${charge.processor}, ${charge.status}, ${charge.capture_method},
    ${charge.customer}, ${charge.off_session}, ${charge.authenticated}, ${charge.set_up},
    ${charge.payment_method_details}, ${charge.billing_details}, ${charge.metadata}, ${charge.description}, ${charge.receipt_email}, ${charge.shipping},
    ${charge.statement_descriptor}, ${charge.statement_descriptor_suffix}, ${charge.transfer_group},
    ${charge.request_id}, ${charge.idempotency_key}, ${charge.answer_status}, ${charge.answer_with},
    ${charge.leased_until}, ${charge.created_at}, ${charge.processor_id}, ${charge.captured}, ${charge.amount_captured},
    ${charge.capture_before}, ${charge.outcome}, ${charge.failure_code}, ${charge.decline_code}, ${charge.failure_message},
    ${charge.failure_param}, ${charge.advice_code}, ${charge.fee}, ${charge.balance_transaction}, ${charge.settled_at})`

/** What a result says is only sure under the lock of its intent: then nobody else can settle it meanwhile. */
export const findCharge = async (sql: Sql, { merchant, mode }: Tenant, id: string): Promise<Charge | undefined> =>
  first(
    await sql<Charge>`
    select * from payments.charges where merchant = ${merchant} and mode = ${mode} and id = ${id}`,
  )

/** Those of the ids that are the tenant's, in no order. */
export const findCharges = (sql: Sql, { merchant, mode }: Tenant, ids: readonly string[]) => sql<Charge>`
  select * from payments.charges where merchant = ${merchant} and mode = ${mode} and id = any(${ids})`

/** A result is written once: whoever comes second finds the charge no longer pending. */
export const saveSettlement = async (sql: Sql, charge: Charge): Promise<boolean> =>
  (
    await sql`
      update payments.charges set
        status = ${charge.status}, processor_id = ${charge.processor_id}, captured = ${charge.captured},
        amount_captured = ${charge.amount_captured}, capture_before = ${charge.capture_before},
        outcome = ${charge.outcome}, payment_method_details = ${charge.payment_method_details},
        failure_code = ${charge.failure_code}, decline_code = ${charge.decline_code}, failure_message = ${charge.failure_message},
        failure_param = ${charge.failure_param}, advice_code = ${charge.advice_code}, fee = ${charge.fee},
        balance_transaction = ${charge.balance_transaction}, settled_at = ${charge.settled_at}
      where merchant = ${charge.merchant} and mode = ${charge.mode} and id = ${charge.id} and status = 'pending'
      returning id`
  ).length === 1

/** What was authorised is captured, or given back: once, and not both. */
export const saveEnding = async (sql: Sql, charge: Charge): Promise<boolean> =>
  (
    await sql`
      update payments.charges set
        captured = ${charge.captured}, amount_captured = ${charge.amount_captured}, released_at = ${charge.released_at},
        fee = ${charge.fee}, balance_transaction = ${charge.balance_transaction}
      where merchant = ${charge.merchant} and mode = ${charge.mode} and id = ${charge.id}
        and status = 'succeeded' and not captured and released_at is null
      returning id`
  ).length === 1

/** What is noted beside a charge. */
export const saveNotes = (sql: Sql, charge: Charge) => sql`
  update payments.charges set
    description = ${charge.description}, metadata = ${charge.metadata}, receipt_email = ${charge.receipt_email},
    shipping = ${charge.shipping}, fraud_details = ${charge.fraud_details}, transfer_group = ${charge.transfer_group}
  where merchant = ${charge.merchant} and mode = ${charge.mode} and id = ${charge.id}`

/** What is said of a charge when it is captured. */
export const saveTexts = (sql: Sql, charge: Charge) => sql`
  update payments.charges set
    receipt_email = ${charge.receipt_email}, statement_descriptor = ${charge.statement_descriptor},
    statement_descriptor_suffix = ${charge.statement_descriptor_suffix}, transfer_group = ${charge.transfer_group}
  where merchant = ${charge.merchant} and mode = ${charge.mode} and id = ${charge.id}`

/** True for who is the first to tell that the result takes its time. */
export const tellProcessing = async (sql: Sql, { merchant, mode }: Tenant, id: string): Promise<boolean> =>
  (
    await sql`
      update payments.charges set processing_told = true
      where merchant = ${merchant} and mode = ${mode} and id = ${id} and status = 'pending' and not processing_told
      returning id`
  ).length === 1

/** Whether the request that began it still waits for its result: it ends with that, or telling that it takes its time. */
export const isRequestAtWork = async (sql: Sql, { merchant, mode, id }: Tenant & { id: string }, now: Date) =>
  (
    await sql`
      select from payments.charges
      where merchant = ${merchant} and mode = ${mode} and id = ${id}
        and status = 'pending' and leased_until > ${now} and not processing_told`
  ).length === 1

/** Where a charge was declined and another processor asked under the same key: that other one, while it is pending. */
export const findPendingFollower = async (sql: Sql, declined: Charge): Promise<Charge | undefined> =>
  first(
    await sql<Charge>`
    select * from payments.charges
    where merchant = ${declined.merchant} and mode = ${declined.mode} and payment_intent = ${declined.payment_intent}
      and request_id = ${declined.request_id} and status = 'pending'`,
  )

/** Keeps the completer away while somebody is at work on a pending charge. */
export const extendLease = (sql: Sql, { merchant, mode }: Tenant, id: string, leasedUntil: Date) => sql`
  update payments.charges set leased_until = ${leasedUntil}
  where merchant = ${merchant} and mode = ${mode} and id = ${id} and status = 'pending'`

/**
 * The completer's work, of all merchants: pending charges nobody has been at work on for a lease. Takes the lease.
 */
export const takeAbandonedCharges = takeTurns<Charge>({
  table: 'payments.charges',
  key: 'id',
  waits: "status = 'pending'",
  time: 'leased_until',
})

const measuredMax = 10_000

/** What waits for its result, of all merchants, by the database's clock. Bounded, however much it is. */
export const measurePendingCharges = async (sql: Sql): Promise<{ count: number; oldestSeconds: number }> => {
  const { count, seconds } = only(
    await sql<{ count: bigint; seconds: number }>`
    select count(*) as count, coalesce(extract(epoch from clock_timestamp() - min(created_at))::float8, 0) as seconds
    from (select created_at from payments.charges where status = 'pending' limit ${measuredMax}) as begun`,
  )
  return { count: Number(count), oldestSeconds: Math.max(0, seconds) }
}
