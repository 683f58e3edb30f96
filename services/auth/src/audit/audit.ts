import type { AuditAction, AuditEntry, Mode, Principal } from '@micro/contracts'
import { addMs, unixSeconds } from '@micro/kernel'

export interface Actor {
  readonly kind: AuditEntry['actor']['type']
  readonly id: string | null
}

export interface AuditRow {
  id: string
  action: AuditAction
  outcome: AuditEntry['outcome']
  actor_kind: Actor['kind']
  actor: string | null
  subject: string | null
  merchant: string | null
  mode: Mode | null
  client_ip: string | null
  request_id: string | null
  detail: Readonly<Record<string, unknown>>
  created_at: Date
}

/** Of a call, what tells who asked and from where; every handler's call has it. */
export interface AuditedCall {
  readonly principal: Principal | undefined
  readonly requestId: string
  readonly clientIp: string
}

/** What happened. Never put a secret into `detail`, nor what identifies a stranger in clear. */
export interface AuditFact {
  readonly action: AuditAction
  /** An attempt that was refused is a failure. Default success. */
  readonly outcome?: AuditEntry['outcome']
  /** Who did it, where the call's principal does not say. */
  readonly by?: Actor
  /** The id of what it was done to. */
  readonly subject?: string | undefined
  /** Whose log it belongs to; the caller's merchant unless given. Null: the installation's only. */
  readonly merchant?: string | null | undefined
  readonly mode?: Mode
  readonly detail?: Readonly<Record<string, unknown>>
}

const nobody: Actor = { kind: 'nobody', id: null }

const actorOf = (principal: Principal | undefined): Actor => {
  if (principal === undefined) return nobody
  if (principal.kind === 'service') return { kind: 'service', id: principal.service }
  const id = (principal.kind === 'session' ? principal.user : principal.keyId) ?? null
  return id === null ? nobody : { kind: principal.kind === 'session' ? 'user' : 'api_key', id }
}

const merchantOf = (principal: Principal | undefined): string | null =>
  principal === undefined || principal.kind === 'service' ? null : principal.merchant

// A person's session has no mode of its own.
const modeOf = (principal: Principal | undefined): Mode | null =>
  principal?.kind === 'api_key' ? principal.mode : null

const orNull = (text: string): string | null => (text === '' ? null : text)

/** The entry that a fact of a call becomes. */
export const auditRowOf = (
  { principal, requestId, clientIp }: AuditedCall,
  fact: AuditFact,
  { id, now }: { id: string; now: Date },
): AuditRow => {
  const actor = fact.by ?? actorOf(principal)
  return {
    id,
    action: fact.action,
    outcome: fact.outcome ?? 'success',
    actor_kind: actor.kind,
    actor: actor.id,
    subject: fact.subject ?? null,
    merchant: fact.merchant === undefined ? merchantOf(principal) : fact.merchant,
    mode: fact.mode ?? modeOf(principal),
    client_ip: orNull(clientIp),
    request_id: orNull(requestId),
    detail: fact.detail ?? {},
    created_at: now,
  }
}

/** A service that could not reach us for so long tells what it did meanwhile; of longer ago it has nothing to tell. */
const toldLateMsMax = 7 * 24 * 60 * 60 * 1000

/** When something was done, as far as it is believed of the service that tells it: a service cannot write the past. */
export const toldTime = (created: Date, now: Date): Date => {
  const earliest = addMs(now, -toldLateMsMax)
  if (created < earliest) return earliest
  return created > now ? now : created
}

export const auditEntryToWire = (row: AuditRow): AuditEntry => ({
  id: row.id,
  object: 'audit_entry',
  action: row.action,
  outcome: row.outcome,
  actor: { type: row.actor_kind, id: row.actor },
  subject: row.subject,
  merchant: row.merchant,
  mode: row.mode,
  client_ip: row.client_ip,
  request: row.request_id,
  detail: { ...row.detail },
  created: unixSeconds(row.created_at),
})

/** As the person it concerns reads it: where an operator sat who did something to them is not theirs to know. */
export const ownAuditEntryToWire = (row: AuditRow, reader: string): AuditEntry => {
  const entry = auditEntryToWire(row)
  return row.actor_kind === 'user' && row.actor !== reader ? { ...entry, client_ip: null } : entry
}
