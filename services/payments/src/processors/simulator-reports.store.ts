import type { Sql } from '@micro/postgres'
import type { ProcessorNews } from './reporting.ts'

/** As JSON keeps it: amounts as text. */
export type KeptNews = Record<string, unknown> & { readonly kind: ProcessorNews['kind'] }

/** Said once `dueAt` has come. */
export const insertReport = (
  sql: Sql,
  { subject, report, dueAt }: { subject: string; report: KeptNews; dueAt: Date },
) => sql`
  insert into payments.simulator_reports (subject, report, due_at) values (${subject}, ${report}, ${dueAt})`

export const dueReports = (
  sql: Sql,
  { now, limit, without }: { now: Date; limit: number; without: readonly bigint[] },
) => sql<{
  id: bigint
  report: KeptNews
}>`
  select id, report from payments.simulator_reports
  where acknowledged_at is null and due_at <= ${now} and id <> all (${without}::bigint[])
  order by due_at, id
  limit ${limit}`

export const acknowledgeReports = (sql: Sql, ids: readonly bigint[], now: Date) => sql`
  update payments.simulator_reports set acknowledged_at = ${now}
  where id = any(${ids}) and acknowledged_at is null`

/** What was to be said of a subject is not said any more. */
export const withdrawReports = (sql: Sql, subject: string, now: Date) => sql`
  update payments.simulator_reports set acknowledged_at = ${now}
  where subject = ${subject} and acknowledged_at is null`
