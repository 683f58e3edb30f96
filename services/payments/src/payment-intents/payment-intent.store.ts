import type { Tenant } from '@micro/contracts'
import { first, type Sql } from '@micro/postgres'
import type { Intent } from './payment-intent.ts'

export const insertIntent = (sql: Sql, intent: Intent) => sql`
  insert into payments.payment_intents (
    id, merchant, mode, amount, amount_received, currency, status, capture_method, automatic_payment_methods, description,
    metadata, payment_method, receipt_email, statement_descriptor, client_secret, created_at)
  values (
    ${intent.id}, ${intent.merchant}, ${intent.mode}, ${intent.amount}, ${intent.amount_received}, ${intent.currency},
    ${intent.status}, ${intent.capture_method}, ${intent.automatic_payment_methods}, ${intent.description},
    ${intent.metadata}, ${intent.payment_method}, ${intent.receipt_email}, ${intent.statement_descriptor},
    ${intent.client_secret}, ${intent.created_at})`

export const findIntent = async (sql: Sql, { merchant, mode }: Tenant, id: string): Promise<Intent | undefined> =>
  first(
    await sql<Intent>`
    select * from payments.payment_intents where merchant = ${merchant} and mode = ${mode} and id = ${id}`,
  )

/** The lock every change of an intent, of its charges and of their events begins with. */
export const lockIntent = async (sql: Sql, { merchant, mode }: Tenant, id: string): Promise<Intent | undefined> =>
  first(
    await sql<Intent>`
    select * from payments.payment_intents where merchant = ${merchant} and mode = ${mode} and id = ${id}
    for update`,
  )

export const saveIntent = (sql: Sql, intent: Intent) => sql`
  update payments.payment_intents set
    status = ${intent.status}, amount_received = ${intent.amount_received}, payment_method = ${intent.payment_method},
    receipt_email = ${intent.receipt_email}, latest_charge = ${intent.latest_charge},
    last_payment_error = ${intent.last_payment_error}, cancellation_reason = ${intent.cancellation_reason},
    canceled_at = ${intent.canceled_at}
  where merchant = ${intent.merchant} and mode = ${intent.mode} and id = ${intent.id}`

export const newestIntents = (sql: Sql, { merchant, mode }: Tenant, limit: number) => sql<Intent>`
  select * from payments.payment_intents
  where merchant = ${merchant} and mode = ${mode}
  order by created_at desc, id desc
  limit ${limit}`

/** Those older than the cursor, newest first. */
export const intentsAfter = (sql: Sql, { merchant, mode }: Tenant, cursor: Intent, limit: number) => sql<Intent>`
  select * from payments.payment_intents
  where merchant = ${merchant} and mode = ${mode} and (created_at, id) < (${cursor.created_at}, ${cursor.id})
  order by created_at desc, id desc
  limit ${limit}`

/** Those newer than the cursor, the nearest to it first. */
export const intentsBefore = (sql: Sql, { merchant, mode }: Tenant, cursor: Intent, limit: number) => sql<Intent>`
  select * from payments.payment_intents
  where merchant = ${merchant} and mode = ${mode} and (created_at, id) > (${cursor.created_at}, ${cursor.id})
  order by created_at, id
  limit ${limit}`
