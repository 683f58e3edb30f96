import type { PayoutStatus, Tenant } from '@micro/contracts'
import { first, type Sql } from '@micro/postgres'
import type { ListWindow, timeRangeOf } from '@micro/service'
import { lookedAtMax } from '../background/turns.ts'
import type { Payout } from './payout.ts'

export const insertPayout = (sql: Sql, payout: Payout) => sql`
  insert into payments.payouts (
    id, merchant, mode, amount, currency, status, arrival_date, description, metadata, statement_descriptor, destination,
    balance_transaction, due_at, request_id, created_at)
  values (
    ${payout.id}, ${payout.merchant}, ${payout.mode}, ${payout.amount}, ${payout.currency}, ${payout.status},
    ${payout.arrival_date}, ${payout.description}, ${payout.metadata}, ${payout.statement_descriptor},
    ${payout.destination}, ${payout.balance_transaction}, ${payout.due_at}, ${payout.request_id}, ${payout.created_at})`

export const findPayouts = (sql: Sql, { merchant, mode }: Tenant, ids: readonly string[]) => sql<Payout>`
  select * from payments.payouts where merchant = ${merchant} and mode = ${mode} and id = any(${ids})`

export const findPayout = async (sql: Sql, tenant: Tenant, id: string): Promise<Payout | undefined> =>
  first(await findPayouts(sql, tenant, [id]))

/** The lock every change of a payout begins with. */
export const lockPayout = async (sql: Sql, { merchant, mode }: Tenant, id: string): Promise<Payout | undefined> =>
  first(
    await sql<Payout>`
    select * from payments.payouts where merchant = ${merchant} and mode = ${mode} and id = ${id} for update`,
  )

export const savePayout = (sql: Sql, payout: Payout) => sql`
  update payments.payouts set
    status = ${payout.status}, metadata = ${payout.metadata}, failure_code = ${payout.failure_code},
    failure_balance_transaction = ${payout.failure_balance_transaction}, failure_message = ${payout.failure_message},
    due_at = ${payout.due_at}
  where merchant = ${payout.merchant} and mode = ${payout.mode} and id = ${payout.id}`

/**
 * The worker's work, of all merchants, who take turns: payouts that go on by now, each by the clock of its merchant. `now`:
 * the real one.
 */
export const findDuePayouts = (sql: Sql, { now, limit }: { now: Date; limit: number }) => sql<Payout>`
  select p.* from (
    select id, due_at, row_number() over (partition by merchant, mode order by due_at) as turn from (
      select d.id, d.merchant, d.mode, d.due_at from payments.payouts d
      left join payments.merchant_clocks c on c.merchant = d.merchant and c.mode = d.mode
      where d.due_at is not null and d.due_at <= ${now}::timestamptz + make_interval(secs => coalesce(c.ahead_seconds, 0))
        and not exists (
          select from payments.setbacks s where s.work = 'payout' and s.item = d.id and s.after > ${now})
      order by d.due_at
      limit ${lookedAtMax}) as due) as due
  join payments.payouts p using (id)
  order by due.turn, due.due_at
  limit ${limit}`

export interface PayoutFilter {
  readonly status: PayoutStatus | null
  readonly destination: string | null
  readonly arrival: ReturnType<typeof timeRangeOf>
}

export const olderPayouts = (
  sql: Sql,
  { merchant, mode }: Tenant,
  { status, destination, arrival }: PayoutFilter,
  { above, below, limit }: ListWindow,
) => sql<Payout>`
  select * from payments.payouts
  where merchant = ${merchant} and mode = ${mode}
    and (${status}::text is null or status = ${status}) and (${destination}::text is null or destination = ${destination})
    and arrival_date >= coalesce(${arrival.from ?? null}::timestamptz, '-infinity')
    and arrival_date < coalesce(${arrival.until ?? null}::timestamptz, 'infinity')
    and (created_at, id) < (${below.at}::timestamptz, ${below.id})
    and (created_at, id) > (${above.at}::timestamptz, ${above.id})
  order by created_at desc, id desc
  limit ${limit}`

export const newerPayouts = (
  sql: Sql,
  { merchant, mode }: Tenant,
  { status, destination, arrival }: PayoutFilter,
  { above, below, limit }: ListWindow,
) => sql<Payout>`
  select * from payments.payouts
  where merchant = ${merchant} and mode = ${mode}
    and (${status}::text is null or status = ${status}) and (${destination}::text is null or destination = ${destination})
    and arrival_date >= coalesce(${arrival.from ?? null}::timestamptz, '-infinity')
    and arrival_date < coalesce(${arrival.until ?? null}::timestamptz, 'infinity')
    and (created_at, id) < (${below.at}::timestamptz, ${below.id})
    and (created_at, id) > (${above.at}::timestamptz, ${above.id})
  order by created_at, id
  limit ${limit}`
