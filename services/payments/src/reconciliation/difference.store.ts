import type { Tenant } from '@micro/contracts'
import { first, type Sql } from '@micro/postgres'
import type { ListWindow } from '@micro/service'
import type { KeptDifference } from './reconciliation.ts'

export const insertDifferences = (sql: Sql, { merchant, mode }: Tenant, kept: readonly KeptDifference[]) => sql`
  insert into payments.reconciliation_differences (
    merchant, mode, id, reconciliation, kind, object, charge, balance_transaction, processor_id, reference, currency,
    amount_here, amount_there, detail, since, created_at)
  select ${merchant}, ${mode}, d.* from unnest(
    ${kept.map(({ id }) => id)}::text[], ${kept.map(({ reconciliation }) => reconciliation)}::text[],
    ${kept.map(({ kind }) => kind)}::text[], ${kept.map(({ object }) => object)}::text[],
    ${kept.map(({ charge }) => charge)}::text[],
    ${kept.map(({ balance_transaction }) => balance_transaction)}::text[],
    ${kept.map(({ processor_id }) => processor_id)}::text[], ${kept.map(({ reference }) => reference)}::text[],
    ${kept.map(({ currency }) => currency)}::text[], ${kept.map(({ amount_here }) => amount_here)}::numeric[],
    ${kept.map(({ amount_there }) => amount_there)}::numeric[], ${kept.map(({ detail }) => detail)}::text[],
    ${kept.map(({ since }) => since)}::timestamptz[], ${kept.map(({ created_at }) => created_at)}::timestamptz[]) as d`

/** What of the differences of one reconciliation is asked for; null: all. */
export interface DifferenceFilter {
  readonly reconciliation: string
  readonly kind: string | null
  readonly object: string | null
}

export const findDifference = async (
  sql: Sql,
  { merchant, mode }: Tenant,
  { reconciliation, id }: { reconciliation: string; id: string },
): Promise<KeptDifference | undefined> =>
  first(
    await sql<KeptDifference>`
    select * from payments.reconciliation_differences
    where merchant = ${merchant} and mode = ${mode} and reconciliation = ${reconciliation} and id = ${id}`,
  )

export const olderDifferences = (
  sql: Sql,
  { merchant, mode }: Tenant,
  { reconciliation, kind, object }: DifferenceFilter,
  { above, below, limit }: ListWindow,
) => sql<KeptDifference>`
  select * from payments.reconciliation_differences
  where merchant = ${merchant} and mode = ${mode} and reconciliation = ${reconciliation}
    and (${kind}::text is null or kind = ${kind}) and (${object}::text is null or object = ${object})
    and (created_at, id) < (${below.at}::timestamptz, ${below.id})
    and (created_at, id) > (${above.at}::timestamptz, ${above.id})
  order by created_at desc, id desc
  limit ${limit}`

export const newerDifferences = (
  sql: Sql,
  { merchant, mode }: Tenant,
  { reconciliation, kind, object }: DifferenceFilter,
  { above, below, limit }: ListWindow,
) => sql<KeptDifference>`
  select * from payments.reconciliation_differences
  where merchant = ${merchant} and mode = ${mode} and reconciliation = ${reconciliation}
    and (${kind}::text is null or kind = ${kind}) and (${object}::text is null or object = ${object})
    and (created_at, id) < (${below.at}::timestamptz, ${below.id})
    and (created_at, id) > (${above.at}::timestamptz, ${above.id})
  order by created_at, id
  limit ${limit}`

/** Of all merchants: how many of each kind their newest reconciliations that ended found, and when the newest ended. */
export const measureReconciliations = (sql: Sql) => sql<{ kind: string; count: bigint }>`
  select kind, sum(found::bigint)::bigint as count from (
    select distinct on (merchant, mode) counts from payments.reconciliations
    where status <> 'running'
    order by merchant, mode, created_at desc, id desc) last
  cross join lateral jsonb_each_text(last.counts) as c (kind, found)
  group by kind`

export const findLastEnd = async (sql: Sql): Promise<number | undefined> =>
  first(
    await sql<{ seconds: number | null }>`
    select extract(epoch from clock_timestamp() - max(finished_at))::float8 as seconds from payments.reconciliations
    where status <> 'running'`,
  )?.seconds ?? undefined
