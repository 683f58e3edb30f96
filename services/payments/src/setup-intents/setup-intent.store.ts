import type { Tenant } from '@micro/contracts'
import { first, type Sql } from '@micro/postgres'
import type { ListWindow } from '@micro/service'
import type { SetupIntent } from './setup-intent.ts'

export const insertSetupIntent = (sql: Sql, intent: SetupIntent) => sql`
  insert into payments.setup_intents (
    id, merchant, mode, status, customer, payment_method, usage, automatic_payment_methods, request_three_d_secure,
    description, metadata, return_url, client_secret, created_at)
  values (
    ${intent.id}, ${intent.merchant}, ${intent.mode}, ${intent.status}, ${intent.customer}, ${intent.payment_method},
    ${intent.usage}, ${intent.automatic_payment_methods}, ${intent.request_three_d_secure}, ${intent.description},
    ${intent.metadata}, ${intent.return_url}, ${intent.client_secret}, ${intent.created_at})`

export const findSetupIntent = async (
  sql: Sql,
  { merchant, mode }: Tenant,
  id: string,
): Promise<SetupIntent | undefined> =>
  first(
    await sql<SetupIntent>`
    select * from payments.setup_intents where merchant = ${merchant} and mode = ${mode} and id = ${id}`,
  )

/** The lock every change of a setup intent begins with; its customer and its payment method are locked after it. */
export const lockSetupIntent = async (
  sql: Sql,
  { merchant, mode }: Tenant,
  id: string,
): Promise<SetupIntent | undefined> =>
  first(
    await sql<SetupIntent>`
    select * from payments.setup_intents where merchant = ${merchant} and mode = ${mode} and id = ${id}
    for no key update`,
  )

/** By the unguessable name of its page, which stands in for a key: whoever has it was sent there. */
export const findChallengedSetup = async (sql: Sql, authentication: string): Promise<SetupIntent | undefined> =>
  first(await sql<SetupIntent>`select * from payments.setup_intents where authentication = ${authentication}`)

/** As findChallengedSetup, under the lock every change of a setup intent begins with. */
export const lockChallengedSetup = async (sql: Sql, authentication: string): Promise<SetupIntent | undefined> =>
  first(
    await sql<SetupIntent>`
    select * from payments.setup_intents where authentication = ${authentication} for no key update`,
  )

export const saveSetupIntent = (sql: Sql, intent: SetupIntent) => sql`
  update payments.setup_intents set
    status = ${intent.status}, customer = ${intent.customer}, payment_method = ${intent.payment_method},
    request_three_d_secure = ${intent.request_three_d_secure}, description = ${intent.description},
    metadata = ${intent.metadata}, return_url = ${intent.return_url}, next_action = ${intent.next_action},
    authentication = ${intent.authentication}, latest_attempt = ${intent.latest_attempt},
    last_setup_error = ${intent.last_setup_error}, cancellation_reason = ${intent.cancellation_reason}
  where merchant = ${intent.merchant} and mode = ${intent.mode} and id = ${intent.id}`

/** A page of a list; with a customer or a payment method, of the intents that have it. */
interface Listed {
  readonly customer: string | undefined
  readonly paymentMethod: string | undefined
  readonly window: ListWindow
}

export const olderSetupIntents = (
  sql: Sql,
  { merchant, mode }: Tenant,
  { customer, paymentMethod, window: { above, below, limit } }: Listed,
) => sql<SetupIntent>`
  select * from payments.setup_intents
  where merchant = ${merchant} and mode = ${mode}
    and (${customer ?? null}::text is null or customer = ${customer ?? null})
    and (${paymentMethod ?? null}::text is null or payment_method = ${paymentMethod ?? null})
    and (created_at, id) < (${below.at}::timestamptz, ${below.id})
    and (created_at, id) > (${above.at}::timestamptz, ${above.id})
  order by created_at desc, id desc
  limit ${limit}`

export const newerSetupIntents = (
  sql: Sql,
  { merchant, mode }: Tenant,
  { customer, paymentMethod, window: { above, below, limit } }: Listed,
) => sql<SetupIntent>`
  select * from payments.setup_intents
  where merchant = ${merchant} and mode = ${mode}
    and (${customer ?? null}::text is null or customer = ${customer ?? null})
    and (${paymentMethod ?? null}::text is null or payment_method = ${paymentMethod ?? null})
    and (created_at, id) < (${below.at}::timestamptz, ${below.id})
    and (created_at, id) > (${above.at}::timestamptz, ${above.id})
  order by created_at, id
  limit ${limit}`

/** Those of the ids that are the tenant's, in no order. */
export const findSetupIntents = (sql: Sql, { merchant, mode }: Tenant, ids: readonly string[]) => sql<SetupIntent>`
  select * from payments.setup_intents where merchant = ${merchant} and mode = ${mode} and id = any(${ids})`
