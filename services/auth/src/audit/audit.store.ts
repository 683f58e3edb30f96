import type { AuditAction } from '@micro/contracts'
import { first, only, type Sql } from '@micro/postgres'
import type { AuditRow } from './audit.ts'

/** Whose entries: one merchant's, or with null the whole installation's, which is for operators alone. */
export interface AuditFilter {
  readonly merchant: string | null
  readonly action: AuditAction | null
  readonly from: Date | null
  readonly until: Date | null
}

export const insertAuditEntry = (sql: Sql, row: AuditRow) => sql`
  insert into auth.audit_log (id, action, outcome, actor_kind, actor, subject, merchant, mode, client_ip, request_id,
                              detail, created_at)
  values (${row.id}, ${row.action}, ${row.outcome}, ${row.actor_kind}, ${row.actor}, ${row.subject}, ${row.merchant},
          ${row.mode}, ${row.client_ip}, ${row.request_id}, ${JSON.stringify(row.detail)}::jsonb, ${row.created_at})`

/** Of what another service tells, which may tell it again. False where an entry of the id was there. */
export const insertToldEntry = async (sql: Sql, row: AuditRow): Promise<boolean> =>
  (
    await sql`
  insert into auth.audit_log (id, action, outcome, actor_kind, actor, subject, merchant, mode, client_ip, request_id,
                              detail, created_at)
  values (${row.id}, ${row.action}, ${row.outcome}, ${row.actor_kind}, ${row.actor}, ${row.subject}, ${row.merchant},
          ${row.mode}, ${row.client_ip}, ${row.request_id}, ${JSON.stringify(row.detail)}::jsonb, ${row.created_at})
  on conflict (id) do nothing
  returning id`
  ).length === 1

export const selectAuditEntry = async (sql: Sql, id: string): Promise<AuditRow | undefined> =>
  first(
    await sql<AuditRow>`
    select id, action, outcome, actor_kind, actor, subject, merchant, mode, client_ip, request_id, detail, created_at
    from auth.audit_log where id = ${id}`,
  )

export const auditEntryExists = async (
  sql: Sql,
  { id, merchant }: { id: string; merchant: string | null },
): Promise<boolean> =>
  (
    await sql`
      select id from auth.audit_log
      where id = ${id} and (${merchant}::text is null or merchant = ${merchant})`
  ).length === 1

/** Newest first, beginning after the entry with the id `after` (null: at the newest). */
export const selectAuditEntriesAfter = (
  sql: Sql,
  { merchant, action, from, until }: AuditFilter,
  { after, limit }: { after: string | null; limit: number },
) => sql<AuditRow>`
  select id, action, outcome, actor_kind, actor, subject, merchant, mode, client_ip, request_id, detail, created_at
  from auth.audit_log
  where (${merchant}::text is null or merchant = ${merchant}) and (${action}::text is null or action = ${action})
    and (${from}::timestamptz is null or created_at >= ${from})
    and (${until}::timestamptz is null or created_at < ${until})
    and (${after}::text is null or id < ${after})
  order by id desc     -- ids begin with their time
  limit ${limit}`

/** Next to and newer than the entry with the id `before`, oldest first. */
export const selectAuditEntriesBefore = (
  sql: Sql,
  { merchant, action, from, until }: AuditFilter,
  { before, limit }: { before: string; limit: number },
) => sql<AuditRow>`
  select id, action, outcome, actor_kind, actor, subject, merchant, mode, client_ip, request_id, detail, created_at
  from auth.audit_log
  where (${merchant}::text is null or merchant = ${merchant}) and (${action}::text is null or action = ${action})
    and (${from}::timestamptz is null or created_at >= ${from})
    and (${until}::timestamptz is null or created_at < ${until})
    and id > ${before}
  order by id
  limit ${limit}`

/** Lets a batch of at most 1,000 entries go that are older than the log is kept; returns how many. */
export const forgetAuditLog = async (sql: Sql): Promise<number> =>
  Number(only(await sql<{ count: bigint }>`select auth.forget_audit_log() as count`).count)
