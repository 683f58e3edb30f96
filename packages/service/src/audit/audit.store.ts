import type { Sql } from '@micro/postgres'
import type { AuditedAct } from './audit.ts'

export const insertAct = (sql: Sql, act: AuditedAct) => sql`
  insert into audited_acts (
    id, merchant, mode, action, actor_kind, actor, subject, client_ip, request_id, detail, created_at, due_at)
  values (
    ${act.id}, ${act.merchant}, ${act.mode}, ${act.action}, ${act.actor_kind}, ${act.actor}, ${act.subject},
    ${act.client_ip}, ${act.request_id}, ${act.detail}, ${act.created_at}, ${act.created_at})`

/** The worker's, of all merchants: what the audit log does not have yet. Later each time, up to ten minutes. */
export const takeUntold = (sql: Sql, { now, limit }: { now: Date; limit: number }) =>
  sql<AuditedAct>`
    update audited_acts set
      attempts = attempts + 1,
      due_at = ${now}::timestamptz + least(5 * power(2, attempts), 600) * interval '1 second'
    where id in (
      select id from audited_acts where due_at <= ${now}
      order by due_at
      limit ${limit}
      for update skip locked)
    returning *`

/** The worker's, of all merchants. */
export const saveTold = (sql: Sql, { id }: Pick<AuditedAct, 'id'>, now: Date) => sql`
  update audited_acts set due_at = null, told_at = ${now} where id = ${id}`
