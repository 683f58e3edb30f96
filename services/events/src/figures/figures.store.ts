import type { Tenant } from '@micro/contracts'
import type { Sql } from '@micro/postgres'
import type { Requested } from './figures.ts'

/** What came of the requests to an endpoint, of all and by the stretch they were begun in: all of it stands in one index. */
export const sumAttempts = (
  sql: Sql,
  { merchant, mode }: Tenant,
  { endpoint, moments }: { endpoint: string; moments: readonly Date[] },
) => sql<Requested>`
  select width_bucket(started_at, ${moments}::timestamptz[]) as stretch,
    count(*) filter (where status between 200 and 299) as delivered,
    count(*) filter (where status not between 200 and 299) as refused,
    count(*) filter (where status is null) as unanswered,
    percentile_disc(0.5) within group (order by duration_ms) filter (where status is not null) as p50,
    percentile_disc(0.95) within group (order by duration_ms) filter (where status is not null) as p95
  from events.delivery_attempts
  where merchant = ${merchant} and mode = ${mode} and endpoint = ${endpoint}
    and started_at >= ${moments[0] ?? null} and started_at < ${moments.at(-1) ?? null}
  group by grouping sets ((1), ())`
