import type { AuditAction, AuditEntry } from '@micro/contracts'

/** What was done, as people say it; those of one kind stand together. */
export const auditWords = {
  'login.succeeded': 'Signed in',
  'login.failed': 'Sign-in refused',
  'session.ended': 'Session ended',
  'pairing.approved': 'Command line let in',
  'refresh_token.reused': 'Refresh token used twice',
  'password.changed': 'Password changed',
  'api_key.created': 'API key created',
  'api_key.rolled': 'API key rolled',
  'api_key.revoked': 'API key revoked',
  'webhook_endpoint.created': 'Webhook endpoint created',
  'webhook_endpoint.updated': 'Webhook endpoint changed',
  'webhook_endpoint.deleted': 'Webhook endpoint deleted',
  'webhook_endpoint.secret_rotated': 'Signing secret rotated',
  'processor.created': 'Processor added',
  'processor.key_replaced': 'Processor key replaced',
  'processor.removed': 'Processor removed',
  'processor.webhook_secret_set': 'Processor webhook secret set',
  'processor.webhook_secret_removed': 'Processor webhook secret removed',
  'user.registered': 'Registered',
  'user.disabled': 'User disabled',
  'user.enabled': 'User enabled',
  'operator.granted': 'Made an operator',
  'operator.revoked': 'No longer an operator',
  'invitation.created': 'Invitation made',
  'registration.opened': 'Registration opened',
  'registration.closed': 'Registration closed',
  'secret.rotated': 'Secrets of the installation rotated',
  'dead_letter.redriven': 'Dead letter taken in again',
  'audit_log.read': 'Audit log read',
} as const satisfies Record<AuditAction, string>

/** What happens to an installation, and never to a merchant of it. */
const installationActions: ReadonlySet<string> = new Set<AuditAction>([
  'invitation.created',
  'registration.opened',
  'registration.closed',
  'secret.rotated',
  'dead_letter.redriven',
  'audit_log.read',
])

export const auditActions = Object.keys(auditWords) as AuditAction[]
export const ownAuditActions = auditActions.filter((action) => !installationActions.has(action))

/** An action of a later version is told by its name. */
export const actionText = (action: string): string =>
  Object.hasOwn(auditWords, action) ? auditWords[action as AuditAction] : action

/** Who did it, as far as is known. `me`: the id of whoever reads it. */
export const actorText = ({ type, id }: AuditEntry['actor'], me: string): string => {
  if (id === null) return 'somebody not signed in'
  if (id === me) return 'you'
  return { user: `user ${id}`, api_key: `API key ${id}`, service: `the ${id} service`, nobody: id }[type]
}
