import type { Tenant } from '@micro/contracts'
import type { Sql } from '@micro/postgres'
import type { Moved, Tried } from './figures.ts'

/** What movements of some kinds come to, by the stretch they were made in, currency and kind. */
export const sumMovements = (
  sql: Sql,
  { merchant, mode }: Tenant,
  { moments, kinds }: { moments: readonly Date[]; kinds: readonly string[] },
) => sql<Moved>`
  select width_bucket(created_at, ${moments}::timestamptz[]) as stretch, currency, kind, sum(amount) as amount,
    sum(fee) as fee
  from (
    select * from payments.movements
    where merchant = ${merchant} and mode = ${mode}
      and created_at >= ${moments[0] ?? null} and created_at < ${moments.at(-1) ?? null}
    order by created_at desc, id desc -- as an index has them, which is the one that knows where the time begins and ends
  ) made
  where kind = any(${kinds})
  group by stretch, currency, kind`

/** How many payments were paid, or were tried and declined, by the stretch they were made in and currency. */
export const countPayments = (sql: Sql, { merchant, mode }: Tenant, moments: readonly Date[]) => sql<Tried>`
  select width_bucket(created_at, ${moments}::timestamptz[]) as stretch, currency,
    count(*) filter (where status in ('succeeded', 'requires_capture')) as paid,
    count(*) filter (where status in ('requires_payment_method', 'canceled') and last_payment_error is not null) as failed
  from payments.payment_intents
  where merchant = ${merchant} and mode = ${mode}
    and created_at >= ${moments[0] ?? null} and created_at < ${moments.at(-1) ?? null}
  group by stretch, currency`
