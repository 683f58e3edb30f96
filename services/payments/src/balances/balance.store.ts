import type { Tenant } from '@micro/contracts'
import { only, type Sql } from '@micro/postgres'
import type { Movement } from '../movements/movement.ts'

interface Sum {
  readonly currency: string
  readonly net: bigint
}

/** What will be available later than now, by currency. */
export const sumPending = (sql: Sql, { merchant, mode }: Tenant, merchantNow: Date) => sql<Sum>`
  select currency, sum(net) as net from payments.pending_sums
  where merchant = ${merchant} and mode = ${mode} and available_on > ${merchantNow}
  group by currency`

/** What was ever taken, by currency. */
export const findDrawn = (sql: Sql, { merchant, mode }: Tenant) => sql<Sum>`
  select currency, drawn as net from payments.balance_draws where merchant = ${merchant} and mode = ${mode}`

export type Unconfirmed = Pick<Movement, 'kind' | 'source' | 'currency' | 'net'>

/** What the ledger may not have yet. */
export const findUnconfirmed = (sql: Sql, { merchant, mode }: Tenant, limit: number) => sql<Unconfirmed>`
  select kind, source, currency, net from payments.movements
  where posting = 'due' and merchant = ${merchant} and mode = ${mode} and net <> 0
  limit ${limit}`

/** What was ever taken from one balance; nothing more is, by anybody else, until the commit. */
export const lockDrawn = async (sql: Sql, { merchant, mode }: Tenant, currency: string): Promise<bigint> =>
  only(
    await sql<{ drawn: bigint }>`
    insert into payments.balance_draws as d (merchant, mode, currency, drawn) values (${merchant}, ${mode}, ${currency}, 0)
    on conflict (merchant, mode, currency) do update set drawn = d.drawn
    returning drawn`,
  ).drawn
