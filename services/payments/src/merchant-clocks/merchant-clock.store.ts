import type { Tenant } from '@micro/contracts'
import { first, only, type Sql } from '@micro/postgres'

/** Seconds ahead of the real time. */
export const findAhead = async (sql: Sql, { merchant, mode }: Tenant): Promise<number> =>
  first(
    await sql<{ ahead_seconds: number }>`
    select ahead_seconds from payments.merchant_clocks where merchant = ${merchant} and mode = ${mode}`,
  )?.ahead_seconds ?? 0

/** The same, of a clock that nobody else can advance until the commit. */
export const lockAhead = async (sql: Sql, { merchant, mode }: Tenant): Promise<number> =>
  only(
    await sql<{ ahead_seconds: number }>`
    insert into payments.merchant_clocks as c (merchant, mode) values (${merchant}, ${mode})
    on conflict (merchant, mode) do update set ahead_seconds = c.ahead_seconds
    returning ahead_seconds`,
  ).ahead_seconds

export const saveAhead = (sql: Sql, { merchant, mode }: Tenant, aheadSeconds: number) => sql`
  update payments.merchant_clocks set ahead_seconds = ${aheadSeconds}
  where merchant = ${merchant} and mode = ${mode}`
