import type { Sql } from '@micro/postgres'
import type { Setback, WorkName } from './setback.ts'

/** The workers', of all merchants: how often these items failed so far; those that did not are left out. */
export const findAttempts = async (
  sql: Sql,
  work: WorkName,
  items: readonly string[],
): Promise<ReadonlyMap<string, number>> => {
  const rows = await sql<{ item: string; attempts: number }>`
    select item, attempts from payments.setbacks where work = ${work} and item = any(${items})`
  return new Map(rows.map(({ item, attempts }) => [item, attempts]))
}

export const saveSetback = (
  sql: Sql,
  work: WorkName,
  { item, merchant, mode, attempts, after, now }: Setback & { now: Date },
) => sql`
  insert into payments.setbacks as s (work, item, merchant, mode, attempts, after, since)
  values (${work}, ${item}, ${merchant}, ${mode}, ${attempts}, ${after}, ${now})
  on conflict (work, item) do update set attempts = excluded.attempts, after = excluded.after`

export const deleteSetback = (sql: Sql, work: WorkName, item: string) => sql`
  delete from payments.setbacks where work = ${work} and item = ${item}`

const deletedAtOnceMax = 1_000

/** What somebody else did meanwhile, such as a payout that was canceled, is not tried again and so never cleared. */
export const deleteSetbacksBefore = async (sql: Sql, before: Date): Promise<number> =>
  (
    await sql`
      delete from payments.setbacks where (work, item) in (
        select work, item from payments.setbacks where after < ${before} limit ${deletedAtOnceMax})
      returning item`
  ).length

const measuredMax = 10_000

/**
 * Of all merchants: what failed at least `attempts` times in a row, so that somebody should look, by its work; also what
 * waits with attempts of its own. Bounded, however much it is.
 */
export const measureStuck = (sql: Sql, attempts: number) => sql<{ work: string; count: bigint }>`
  select work, count(*) as count from (
    (select work from payments.setbacks where attempts >= ${attempts} limit ${measuredMax})
    union all
    (select 'movement' from payments.movements
      where posting = 'due' and posting_attempts >= ${attempts} limit ${measuredMax})
    union all
    (select 'void' from payments.voids where due_at is not null and attempts >= ${attempts} limit ${measuredMax})
    union all
    (select 'dispute_message' from payments.dispute_messages
      where due_at is not null and attempts >= ${attempts} limit ${measuredMax})
    union all
    (select 'processor_event' from payments.processor_events
      where due_at is not null and attempts >= ${attempts} limit ${measuredMax})) as stuck
  group by work`
