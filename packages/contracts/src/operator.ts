import Type, { type Static } from 'typebox'
import { AuditEntry, auditQuery } from './audit.ts'
import { Exact, IdParam, List, Nullable, pageQuery, Timestamp } from './common.ts'
import { Email, User } from './people.ts'
import { route } from './route.ts'
import { statusRoute } from './service-status.ts'

export const ManagedUser = Type.Object({
  ...User.properties,
  disabled: Nullable(Timestamp),
  last_seen: Nullable({
    ...Timestamp,
    description: 'When the last of the login sessions they hold was used, to within ten minutes; null: they hold none.',
  }),
})
export type ManagedUser = Static<typeof ManagedUser>

export const Registration = Type.Object({
  object: Type.Literal('registration'),
  open: Type.Boolean({ description: 'Whether anyone may register.' }),
  decided_by: Type.Union([Type.Literal('operator'), Type.Literal('configuration')]),
})
export type Registration = Static<typeof Registration>

/** Which secrets the running platform works with; ids and counts, never a secret. */
export const SecretUse = Type.Object({
  object: Type.Literal('secret_use'),
  running_seconds: Type.Integer({ description: 'For how long it has worked with these.' }),
  access_token_seconds: Type.Integer({ description: 'How long a token lasts that a key has signed.' }),
  peppers: Type.Array(
    Type.Object({
      id: Type.String(),
      current: Type.Boolean(),
      api_keys: Type.Integer({ description: 'Live API keys that work only as long as this pepper is kept.' }),
    }),
  ),
  jwt_keys: Type.Array(Type.Object({ id: Type.String(), current: Type.Boolean() })),
})
export type SecretUse = Static<typeof SecretUse>

/** What only those may do who run the installation. None of it moves money. */
export const operatorRoutes = {
  getAuthStatus: statusRoute('auth'),
  getRegistration: route({
    method: 'GET',
    path: '/auth/operator/registration',
    service: 'auth',
    access: ['operator'],
    status: 200,
    summary: 'Whether anyone may register.',
    response: Registration,
    faults: ['operator_required'],
  }),
  updateRegistration: route({
    method: 'POST',
    path: '/auth/operator/registration',
    service: 'auth',
    access: ['operator'],
    status: 200,
    summary: 'Open or close registration; from then on this decides, and no longer the configuration.',
    body: Exact({ open: Type.Boolean() }),
    response: Registration,
    faults: ['operator_required'],
  }),
  createInvitation: route({
    method: 'POST',
    path: '/auth/operator/invitations',
    service: 'auth',
    access: ['operator'],
    status: 201,
    summary: 'Let one email register while registration is closed. A new invitation replaces an earlier one.',
    body: Exact({ email: Email }),
    response: Type.Object({
      object: Type.Literal('invitation'),
      email: Type.String(),
      expires: Timestamp,
      token: Type.String({ description: 'Goes into `invitation` of POST /auth/register. Works once, shown once.' }),
    }),
    faults: ['operator_required', 'email_taken'],
  }),
  listUsers: route({
    method: 'GET',
    path: '/auth/operator/users',
    service: 'auth',
    access: ['operator'],
    status: 200,
    summary: 'List the users of the installation, newest first.',
    query: Exact(pageQuery),
    response: List(ManagedUser),
    faults: ['operator_required'],
  }),
  updateUser: route({
    method: 'POST',
    path: '/auth/operator/users/:id',
    service: 'auth',
    access: ['operator'],
    status: 200,
    summary:
      'Disable or enable a user, make them an operator or no longer one. Disabling ends their sessions and keys.',
    params: IdParam,
    body: Exact({ disabled: Type.Optional(Type.Boolean()), operator: Type.Optional(Type.Boolean()) }),
    response: ManagedUser,
    faults: ['operator_required', 'resource_missing', 'disable_self_refused', 'operator_last'],
  }),
  listInstallationAuditLog: route({
    method: 'GET',
    path: '/auth/operator/audit_log',
    service: 'auth',
    access: ['operator'],
    status: 200,
    summary: 'List what was done on the whole installation, newest first. Reading it is recorded, too.',
    recorded: true,
    // What is asked for is recorded, so that nothing but an id may stand here.
    query: Exact({
      ...auditQuery,
      merchant: Type.Optional(
        Type.String({ pattern: '^acct_[0-9A-Za-z]{1,64}$', 'x-expected': 'the id of a merchant' }),
      ),
    }),
    response: List(AuditEntry),
    faults: ['operator_required'],
  }),
  getSecretUse: route({
    method: 'GET',
    path: '/auth/operator/secrets',
    service: 'auth',
    access: ['operator'],
    status: 200,
    summary: 'Which secrets are in use, and how many API keys need each pepper.',
    response: SecretUse,
    faults: ['operator_required'],
  }),
} as const
