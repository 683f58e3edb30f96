import type { Tenant } from '@micro/contracts'
import { first, type Sql } from '@micro/postgres'
import type { Movement } from '../movements/movement.ts'
import type { Ours } from './match.ts'
import type { ChargeRange, Place } from './settlement.store.ts'

/** What a processor should tell of, in the order of its charges. */
export const findSettled = (
  sql: Sql,
  { merchant, mode }: Tenant,
  { range, after, limit }: { range: ChargeRange; after: Place | undefined; limit: number },
) => sql<Ours>`
  select m.id, m.kind, m.source, coalesce(d.processor_id, m.source) as subject, m.charge, m.amount, m.currency, m.recorded_at
  from payments.movements m
  left join payments.disputes d on d.merchant = m.merchant and d.mode = m.mode and d.id = m.source
  where m.merchant = ${merchant} and m.mode = ${mode} and m.charge is not null
    and m.kind in ('charge', 'refund', 'refund_failure', 'dispute', 'dispute_reversal')
    and m.charge >= ${range.from} and (${range.until}::text is null or m.charge < ${range.until})
    and (m.charge, m.id) > (${after?.charge ?? ''}, ${after?.id ?? ''})
  order by m.charge, m.id
  limit ${limit}`

/** Every movement, in the order of the ids. */
export const findMovements = (
  sql: Sql,
  { merchant, mode }: Tenant,
  { after, until, limit }: { after: string; until: string | null; limit: number },
) => sql<Movement>`
  select * from payments.movements
  where merchant = ${merchant} and mode = ${mode} and id > ${after} and (${until}::text is null or id < ${until})
  order by id
  limit ${limit}`

/** Which of these there is a movement of, pairwise. */
export const findNamed = (
  sql: Sql,
  { merchant, mode }: Tenant,
  names: readonly { readonly kind: string; readonly source: string }[],
) => sql<{ kind: string; source: string }>`
  select m.kind, m.source
  from unnest(${names.map(({ kind }) => kind)}::text[], ${names.map(({ source }) => source)}::text[]) as n (kind, source)
  cross join lateral (
    select kind, source from payments.movements
    where merchant = ${merchant} and mode = ${mode} and (source, kind) >= (n.source, n.kind)
    -- Asks for the one index in that order: until there are statistics, another would do, and read all movements for each.
    order by source, kind
    limit 1) m
  where m.source = n.source and m.kind = n.kind`

/** What all movements together come to, and how many they are. */
export const sumMovements = (sql: Sql, { merchant, mode }: Tenant) => sql<{
  currency: string
  net: bigint
  count: bigint
}>`
  select currency, sum(net) as net, count(*) as count from payments.movements
  where merchant = ${merchant} and mode = ${mode}
  group by currency`

/** How much a charge or refund moved when it was made; undefined when there is none that did. */
export const findMoved = async (sql: Sql, { merchant, mode }: Tenant, source: string): Promise<bigint | undefined> =>
  first(
    await sql<{ amount: bigint }>`
    select abs(amount) as amount from payments.movements
    where merchant = ${merchant} and mode = ${mode} and source = ${source} and kind in ('charge', 'refund')`,
  )?.amount
