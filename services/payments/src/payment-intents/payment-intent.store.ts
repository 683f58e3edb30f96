import type { Tenant } from '@micro/contracts'
import { first, type Sql } from '@micro/postgres'
import type { Intent } from './payment-intent.ts'

export const insertIntent = (sql: Sql, intent: Intent) => sql`
  insert into payments.payment_intents (
    id, merchant, mode, amount, amount_received, currency, status, capture_method, confirmation_method,
    automatic_payment_methods, customer, description, metadata, payment_method, payment_method_options, receipt_email,
    return_url, setup_future_usage, off_session, shipping, statement_descriptor, statement_descriptor_suffix,
    transfer_group, client_secret, created_at)
  values (
    ${intent.id}, ${intent.merchant}, ${intent.mode}, ${intent.amount}, ${intent.amount_received}, ${intent.currency},
    ${intent.status}, ${intent.capture_method}, ${intent.confirmation_method}, ${intent.automatic_payment_methods},
    ${intent.customer}, ${intent.description}, ${intent.metadata}, ${intent.payment_method},
    ${intent.payment_method_options}, ${intent.receipt_email}, ${intent.return_url}, ${intent.setup_future_usage},
    ${intent.off_session}, ${intent.shipping}, ${intent.statement_descriptor}, ${intent.statement_descriptor_suffix},
    ${intent.transfer_group}, ${intent.client_secret}, ${intent.created_at})`

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

/** What a charge of it comes to, and what its callers say of it at a confirmation. */
export const saveIntent = (sql: Sql, intent: Intent) => sql`
  update payments.payment_intents set
    status = ${intent.status}, amount_capturable = ${intent.amount_capturable},
    amount_received = ${intent.amount_received}, capture_method = ${intent.capture_method},
    payment_method = ${intent.payment_method}, payment_method_options = ${intent.payment_method_options},
    receipt_email = ${intent.receipt_email}, return_url = ${intent.return_url},
    setup_future_usage = ${intent.setup_future_usage}, off_session = ${intent.off_session},
    shipping = ${intent.shipping}, latest_charge = ${intent.latest_charge},
    last_payment_error = ${intent.last_payment_error}, next_action = ${intent.next_action},
    authentication = ${intent.authentication}, authenticated = ${intent.authenticated},
    cancellation_reason = ${intent.cancellation_reason}, canceled_at = ${intent.canceled_at}
  where merchant = ${intent.merchant} and mode = ${intent.mode} and id = ${intent.id}`

/** What an update may change besides. */
export const saveTerms = (sql: Sql, intent: Intent) => sql`
  update payments.payment_intents set
    amount = ${intent.amount}, currency = ${intent.currency}, customer = ${intent.customer},
    description = ${intent.description}, metadata = ${intent.metadata},
    statement_descriptor = ${intent.statement_descriptor},
    statement_descriptor_suffix = ${intent.statement_descriptor_suffix}, transfer_group = ${intent.transfer_group}
  where merchant = ${intent.merchant} and mode = ${intent.mode} and id = ${intent.id}`

/** Those of the ids that are the tenant's, in no order. */
export const findIntents = (sql: Sql, { merchant, mode }: Tenant, ids: readonly string[]) => sql<Intent>`
  select * from payments.payment_intents where merchant = ${merchant} and mode = ${mode} and id = any(${ids})`
