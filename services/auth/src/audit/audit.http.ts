import { isDeepStrictEqual } from 'node:util'
import { serviceAuditActions, type AuditAction, type authApi, type Query, type ServiceName } from '@micro/contracts'
import { assert, Fault, fromUnixSeconds, unixSeconds } from '@micro/kernel'
import { timeRangeOf, type Handlers } from '@micro/service'
import type { AuthDependencies } from '../dependencies.ts'
import { readListPage } from '../list-page.ts'
import { auditEntryToWire, ownAuditEntryToWire, toldTime, type AuditRow } from './audit.ts'
import {
  auditEntryExists,
  insertToldEntry,
  selectAuditEntriesAfter,
  selectAuditEntriesBefore,
  selectAuditEntry,
} from './audit.store.ts'

/** What each service is believed to have done. */
const believed: Partial<Record<ServiceName, readonly AuditAction[]>> = serviceAuditActions

/** Whether two entries of one id are of the same fact. When is left out: late enough, the bound on it moves. */
const saysTheSame = ({ created_at: _one, ...recorded }: AuditRow, { created_at: _other, ...told }: AuditRow): boolean =>
  isDeepStrictEqual(recorded, told)

type AuditQuery = Query<(typeof authApi)['listAuditLog']>

export const auditHandlers = ({
  db,
  clock,
  audit,
  log,
}: AuthDependencies): Pick<
  Handlers<typeof authApi>,
  'listAuditLog' | 'listInstallationAuditLog' | 'recordAuditEntry'
> => {
  const read = (query: AuditQuery, merchant: string | null): Promise<{ rows: AuditRow[]; hasMore: boolean }> => {
    const { from = null, until = null } = timeRangeOf(query.created)
    const filter = { merchant, action: query.action ?? null, from, until }
    return readListPage(query, {
      resource: 'audit entry',
      exists: (id) => auditEntryExists(db.sql, { id, merchant }),
      older: (place) => selectAuditEntriesAfter(db.sql, filter, place),
      newer: (place) => selectAuditEntriesBefore(db.sql, filter, place),
    })
  }

  return {
    async recordAuditEntry({ principal: { service }, body: { actor, request, created, ...told } }) {
      if (believed[service]?.includes(told.action) !== true) {
        log.error({ service, action: told.action, entry: told.id }, 'audit.refused')
        throw new Fault('permission_denied')
      }
      const { id } = told
      const created_at = toldTime(fromUnixSeconds(created), clock.now())
      if (unixSeconds(created_at) !== created) log.warn({ service, entry: id, created }, 'audit.time_differs')
      const row: AuditRow = {
        ...told,
        outcome: 'success',
        actor_kind: actor.type,
        actor: actor.id,
        request_id: request,
        created_at,
      }
      if (await insertToldEntry(db.sql, row)) return { id }
      // It may be told again, but not as something else; what was recorded stays in either case.
      const recorded = await selectAuditEntry(db.sql, id)
      if (recorded !== undefined && !saysTheSame(recorded, row))
        log.error({ service, entry: id }, 'audit.entry_differs')
      return { id }
    },

    async listAuditLog({ principal: { merchant, user }, query }) {
      assert(user !== undefined, 'a session principal names no user')
      const { rows, hasMore } = await read(query, merchant)
      const data = rows.map((row) => ownAuditEntryToWire(row, user))
      return { object: 'list', url: '/auth/audit_log', has_more: hasMore, data }
    },

    async listInstallationAuditLog(call) {
      const { merchant = null, ...query } = call.query
      const { rows, hasMore } = await read(query, merchant)
      // Whose, and of what kind; numbers of a caller's choice are not kept, since one may be a card's.
      const detail = { merchant, action: query.action ?? null }
      await audit(db.sql, call, { action: 'audit_log.read', merchant: null, detail })
      return { object: 'list', url: '/auth/operator/audit_log', has_more: hasMore, data: rows.map(auditEntryToWire) }
    },
  }
}
