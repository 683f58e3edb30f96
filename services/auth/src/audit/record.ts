import type { Clock, NewId } from '@micro/kernel'
import type { Sql } from '@micro/postgres'
import { auditRowOf, type AuditedCall, type AuditFact } from './audit.ts'
import { insertAuditEntry } from './audit.store.ts'

/** Records a fact with the given `sql`: in the database transaction of the action, so that neither is without the other. */
export type Audit = (sql: Sql, call: AuditedCall, fact: AuditFact) => Promise<void>

export const createAudit =
  ({ clock, newId }: { clock: Clock; newId: NewId }): Audit =>
  async (sql, call, fact) =>
    void (await insertAuditEntry(sql, auditRowOf(call, fact, { id: newId('audit_entry'), now: clock.now() })))
