import type { MerchantPrincipal, Mode, ServiceAuditAction } from '@micro/contracts'
import { assert, unixSeconds } from '@micro/kernel'

/** Something that somebody did and that is to be on record, as its row has it until the audit log has it. */
export interface AuditedAct {
  /** The id of its entry in the audit log. */
  readonly id: string
  /** Null for what was done to the installation. */
  readonly merchant: string | null
  readonly mode: Mode | null
  readonly action: ServiceAuditAction
  readonly actor_kind: 'user' | 'api_key'
  readonly actor: string
  /** The id of what it was done to. */
  readonly subject: string
  readonly client_ip: string | null
  readonly request_id: string
  /** Never a secret. */
  readonly detail: Readonly<Record<string, unknown>>
  readonly attempts: number
  readonly created_at: Date
}

/** Who asks: a person, or a key. */
export const actorOf = ({ kind, user, keyId }: MerchantPrincipal): { kind: 'user' | 'api_key'; id: string } => {
  const id = kind === 'session' ? user : keyId
  assert(id !== undefined, `a principal that is a ${kind} names nobody`)
  return { kind: kind === 'session' ? 'user' : 'api_key', id }
}

/** As auth is told of it. */
export const actToWire = (act: AuditedAct) => ({
  id: act.id,
  action: act.action,
  actor: { type: act.actor_kind, id: act.actor },
  subject: act.subject,
  merchant: act.merchant,
  mode: act.mode,
  client_ip: act.client_ip,
  request: act.request_id,
  detail: { ...act.detail },
  created: unixSeconds(act.created_at),
})
