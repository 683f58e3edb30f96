import type { SetupError, Tenant } from '@micro/contracts'
import { first, type Sql } from '@micro/postgres'
import type { ListWindow } from '@micro/service'
import type { SetupAttempt } from './setup-attempt.ts'

export const insertSetupAttempt = (sql: Sql, attempt: SetupAttempt) => sql`
  insert into payments.setup_attempts (
    id, merchant, mode, setup_intent, payment_method, customer, usage, status, card, setup_error, created_at)
  values (
    ${attempt.id}, ${attempt.merchant}, ${attempt.mode}, ${attempt.setup_intent}, ${attempt.payment_method},
    ${attempt.customer}, ${attempt.usage}, ${attempt.status}, ${attempt.card}, ${attempt.setup_error},
    ${attempt.created_at})`

/** The attempt that waits for the card's holder, where there is one; under the lock of its intent. */
export const endOpenAttempt = (
  sql: Sql,
  { merchant, mode }: Tenant,
  intent: string,
  { status, error }: { status: 'succeeded' | 'failed' | 'abandoned'; error: SetupError | null },
) => sql`
  update payments.setup_attempts set status = ${status}, setup_error = ${error}
  where merchant = ${merchant} and mode = ${mode} and setup_intent = ${intent} and status = 'requires_action'`

export const findSetupAttempt = async (
  sql: Sql,
  { merchant, mode }: Tenant,
  id: string,
): Promise<SetupAttempt | undefined> =>
  first(
    await sql<SetupAttempt>`
    select * from payments.setup_attempts where merchant = ${merchant} and mode = ${mode} and id = ${id}`,
  )

interface OfIntent {
  readonly intent: string
  readonly window: ListWindow
}

export const olderSetupAttempts = (
  sql: Sql,
  { merchant, mode }: Tenant,
  { intent, window: { above, below, limit } }: OfIntent,
) => sql<SetupAttempt>`
  select * from payments.setup_attempts
  where merchant = ${merchant} and mode = ${mode} and setup_intent = ${intent}
    and (created_at, id) < (${below.at}::timestamptz, ${below.id})
    and (created_at, id) > (${above.at}::timestamptz, ${above.id})
  order by created_at desc, id desc
  limit ${limit}`

export const newerSetupAttempts = (
  sql: Sql,
  { merchant, mode }: Tenant,
  { intent, window: { above, below, limit } }: OfIntent,
) => sql<SetupAttempt>`
  select * from payments.setup_attempts
  where merchant = ${merchant} and mode = ${mode} and setup_intent = ${intent}
    and (created_at, id) < (${below.at}::timestamptz, ${below.id})
    and (created_at, id) > (${above.at}::timestamptz, ${above.id})
  order by created_at, id
  limit ${limit}`

/** Those of the ids that are the tenant's, in no order. */
export const findSetupAttempts = (sql: Sql, { merchant, mode }: Tenant, ids: readonly string[]) => sql<SetupAttempt>`
  select * from payments.setup_attempts where merchant = ${merchant} and mode = ${mode} and id = any(${ids})`
