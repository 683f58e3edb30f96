import Type, { type Static } from 'typebox'
import { Exact, Mode, Nullable, pageQuery, TimeFilter, Timestamp } from './common.ts'
import type { ServiceName } from './principal.ts'

/** What each of the other services tells the audit log of. It is believed no word of another's acts. */
export const serviceAuditActions = {
  payments: [
    'processor.created',
    'processor.key_replaced',
    'processor.removed',
    'processor.webhook_secret_set',
    'processor.webhook_secret_removed',
  ],
  events: [
    'webhook_endpoint.created',
    'webhook_endpoint.updated',
    'webhook_endpoint.deleted',
    'webhook_endpoint.secret_rotated',
    'dead_letter.redriven',
  ],
} as const satisfies Partial<Record<ServiceName, readonly string[]>>
export type AuditedService = keyof typeof serviceAuditActions
export type ServiceAuditAction<Service extends AuditedService = AuditedService> =
  (typeof serviceAuditActions)[Service][number]

const toldActions: readonly ServiceAuditAction[] = Object.values(serviceAuditActions).flat()

/** Everything the audit log can say was done, or was tried and refused. */
export const auditActions = [
  'user.registered',
  'user.disabled',
  'user.enabled',
  'operator.granted',
  'operator.revoked',
  'invitation.created',
  'registration.opened',
  'registration.closed',
  'login.succeeded',
  'login.failed',
  'session.ended',
  'pairing.approved',
  'refresh_token.reused',
  'password.changed',
  'api_key.created',
  'api_key.revoked',
  'api_key.rolled',
  'secret.rotated',
  ...serviceAuditActions.payments,
  ...serviceAuditActions.events,
  'audit_log.read',
] as const
export type AuditAction = (typeof auditActions)[number]

export const AuditEntry = Type.Object({
  id: Type.String(),
  object: Type.Literal('audit_entry'),
  action: Type.String(),
  outcome: Type.Union([Type.Literal('success'), Type.Literal('failure')]),
  actor: Type.Object({
    type: Type.Union([
      Type.Literal('user'),
      Type.Literal('api_key'),
      Type.Literal('service'),
      Type.Literal('nobody', { description: 'Who it was could not be established, or did not matter.' }),
    ]),
    id: Nullable(Type.String()),
  }),
  subject: Nullable(Type.String({ description: 'The id of what it was done to.' })),
  merchant: Nullable(Type.String()),
  mode: Nullable(Mode),
  client_ip: Nullable(Type.String()),
  request: Nullable(Type.String({ description: 'The Request-Id of the answer.' })),
  detail: Type.Record(Type.String(), Type.Unknown()),
  created: Timestamp,
})
export type AuditEntry = Static<typeof AuditEntry>

/** What a service tells of, under an id of its own, so that telling twice changes nothing. */
export const ToldAuditEntry = Exact({
  id: Type.String({ pattern: '^aud_[0-9A-Za-z]{1,64}$' }),
  action: Type.Unsafe<ServiceAuditAction>(Type.Union(toldActions.map((action) => Type.Literal(action)))),
  actor: Exact({
    type: Type.Union([Type.Literal('user'), Type.Literal('api_key')]),
    id: Type.String({ minLength: 1, maxLength: 255 }),
  }),
  subject: Type.String({ minLength: 1, maxLength: 255 }),
  merchant: Nullable(Type.String({ minLength: 1, maxLength: 255 })),
  mode: Nullable(Mode),
  client_ip: Nullable(Type.String({ maxLength: 64 })),
  request: Type.String({ maxLength: 100 }),
  detail: Type.Record(Type.String(), Type.Unknown()),
  created: Timestamp,
})

const oneOfActions = Type.Unsafe<AuditAction>(Type.Union(auditActions.map((action) => Type.Literal(action))))

/** How both readings of the log are filtered. */
export const auditQuery = {
  ...pageQuery,
  action: Type.Optional(oneOfActions),
  created: Type.Optional(TimeFilter),
}
