import type { AuditedService, MerchantPrincipal, ServiceAuditAction } from '@micro/contracts'
import type { Clock, NewId } from '@micro/kernel'
import type { Database, Sql } from '@micro/postgres'
import type { Logger } from '../log.ts'
import { createWorker, type Worker } from '../worker.ts'
import { actorOf, actToWire, type AuditedAct } from './audit.ts'
import { insertAct, saveTold, takeUntold } from './audit.store.ts'

const batchSize = 20
const everyMs = 5_000

/** What is asked of auth, which keeps the log. */
export interface AuditClient {
  recordAuditEntry(call: { readonly body: ReturnType<typeof actToWire>; readonly requestId?: string }): Promise<unknown>
}

/** Of a call, what tells who asked and from where. */
export interface AuditedCall {
  readonly principal: MerchantPrincipal
  readonly requestId: string
  readonly clientIp: string
}

export interface AuditWork<Service extends AuditedService> {
  /** Notes, in the database transaction of the act, who did it. */
  note(
    sql: Sql,
    call: AuditedCall,
    act: {
      action: ServiceAuditAction<Service>
      subject: string
      detail: Readonly<Record<string, unknown>>
      /** Null for what was done to the installation; else the caller's. */
      tenant?: null
    },
  ): Promise<void>
  /** Tells the audit log of what it does not have. True when there may be more. */
  round(): Promise<boolean>
  readonly worker: Worker
}

/**
 * Carries what was noted, in the table `audited_acts` of the service's schema, to the audit log, which auth keeps: at least
 * once, under an id of ours, so that it stands there once. What auth does not take is told again, later each time.
 */
export const createAuditWork = <Service extends AuditedService>(deps: {
  db: Database
  clock: Clock
  newId: NewId
  log: Logger
  auth: AuditClient
  /** The name of the service whose acts these are. */
  service: Service
}): AuditWork<Service> => {
  const { db, clock, newId, log, auth, service } = deps

  const tell = async (act: AuditedAct): Promise<void> => {
    try {
      await auth.recordAuditEntry({ body: actToWire(act), requestId: act.request_id })
      await saveTold(db.sql, act, clock.now())
    } catch (error) {
      log.warn({ err: error, act: act.id, attempts: act.attempts }, 'audit.not_told')
    }
  }

  const round = async (): Promise<boolean> => {
    const now = clock.now()
    const acts = await takeUntold(db.sql, { now, limit: batchSize })
    await Promise.all(acts.map(tell))
    return acts.length === batchSize
  }

  const worker = createWorker({ name: `${service}.audit`, everyMs, log, round })

  return {
    round,
    worker,
    async note(sql, { principal, requestId, clientIp }, { action, subject, detail: told, tenant = principal }) {
      const { merchant, mode } = tenant ?? { merchant: null, mode: null }
      const { kind, id: actor } = actorOf(principal)
      // A person has many: it may be one of theirs that somebody else held.
      const detail = principal.session === undefined ? told : { ...told, session: principal.session }
      await insertAct(sql, {
        ...{ id: newId('audit_entry'), merchant, mode, action, actor_kind: kind, actor, subject, detail },
        client_ip: clientIp === '' ? null : clientIp,
        request_id: requestId,
        attempts: 0,
        created_at: clock.now(),
      })
    },
  }
}
