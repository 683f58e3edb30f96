import Type, { type Static } from 'typebox'
import { AuditEntry, auditQuery } from './audit.ts'
import { Exact, IdParam, List, Mode, Nullable, pageQuery, Text, Timestamp } from './common.ts'
import { operatorRoutes } from './operator.ts'
import { Email, User } from './people.ts'
import { route } from './route.ts'

/** At least 8 characters, no composition rules (NIST 800-63B); 1,024 bounds the hashing work. */
const NewPassword = Text(1024, 8)
const Password = Text(1024, 1)

export const Tokens = Type.Object({
  token: Type.String({ description: 'Access token (JWT, EdDSA).' }),
  refresh_token: Type.String(),
  token_type: Type.Literal('Bearer'),
  expires_in: Type.Integer({ description: 'Seconds until the access token expires.' }),
})
export type Tokens = Static<typeof Tokens>

export const ApiKey = Type.Object({
  id: Type.String(),
  object: Type.Literal('api_key'),
  name: Nullable(Type.String()),
  environment: Mode,
  truncated_key: Type.String({ description: 'The last four characters.' }),
  created: Timestamp,
  last_used: Nullable(Timestamp),
  revoked: Nullable(Timestamp),
})
export type ApiKey = Static<typeof ApiKey>

export const ApiKeyCreated = Type.Object({ ...ApiKey.properties, key: Type.String({ description: 'Shown once.' }) })

export const Session = Type.Object({
  id: Type.String(),
  object: Type.Literal('session'),
  current: Type.Boolean({ description: 'True for the session this request was made with.' }),
  client_ip: Nullable(Type.String({ description: 'Where the login came from.' })),
  created: Timestamp,
  expires: Timestamp,
})
export type Session = Static<typeof Session>
const EndedSession = Type.Object({ object: Type.Literal('session'), ended: Type.Boolean() })

export const VerifiedPrincipal = Type.Object({
  kind: Type.Union([Type.Literal('api_key'), Type.Literal('session')]),
  merchant: Type.String(),
  mode: Mode,
  keyId: Type.Optional(Type.String()),
  user: Type.Optional(Type.String()),
  session: Type.Optional(Type.String()),
  operator: Type.Optional(Type.Literal(true)),
})

export const authApi = {
  registerUser: route({
    method: 'POST',
    path: '/auth/register',
    service: 'auth',
    access: ['public'],
    status: 201,
    summary: 'Create a developer account: a user and the merchant they own.',
    body: Exact({ email: Email, password: NewPassword, invitation: Type.Optional(Text(255, 1)) }),
    response: User,
    faults: ['email_taken', 'registration_closed', 'invitation_invalid'],
  }),
  logIn: route({
    method: 'POST',
    path: '/auth/login',
    service: 'auth',
    access: ['public'],
    status: 200,
    summary: 'Log in with email and password.',
    body: Exact({ email: Text(254, 1), password: Password }),
    response: Tokens,
    faults: ['login_invalid', 'login_throttled', 'user_disabled'],
  }),
  refreshSession: route({
    method: 'POST',
    path: '/auth/refresh',
    service: 'auth',
    access: ['public'],
    status: 200,
    summary: 'Exchange a refresh token for new tokens; each works once.',
    body: Exact({ refresh_token: Type.String({ minLength: 1, maxLength: 255 }) }),
    response: Tokens,
    faults: ['refresh_token_invalid'],
  }),
  logOut: route({
    method: 'POST',
    path: '/auth/logout',
    service: 'auth',
    access: ['session'],
    status: 200,
    summary: 'End this login session: its access and refresh tokens stop working.',
    response: EndedSession,
  }),
  listSessions: route({
    method: 'GET',
    path: '/auth/sessions',
    service: 'auth',
    access: ['session'],
    status: 200,
    summary: 'List your login sessions that are alive, newest first.',
    query: Exact(pageQuery),
    response: List(Session),
  }),
  revokeSession: route({
    method: 'DELETE',
    path: '/auth/sessions/:id',
    service: 'auth',
    access: ['session'],
    status: 200,
    summary: 'End one of your login sessions, this one or another.',
    params: IdParam,
    response: EndedSession,
    faults: ['resource_missing'],
  }),
  listAuditLog: route({
    method: 'GET',
    path: '/auth/audit_log',
    service: 'auth',
    access: ['session'],
    status: 200,
    summary: 'List what was done with your account, its sessions and keys, newest first.',
    query: Exact(auditQuery),
    response: List(AuditEntry),
  }),
  getMe: route({
    method: 'GET',
    path: '/auth/me',
    service: 'auth',
    access: ['session', 'secret_key'],
    status: 200,
    summary: 'Who these credentials belong to.',
    response: Type.Object({ ...User.properties, mode: Mode, api_key: Nullable(ApiKey) }),
  }),
  changePassword: route({
    method: 'POST',
    path: '/auth/password',
    service: 'auth',
    access: ['session'],
    status: 200,
    summary: 'Change the password; every other login session ends.',
    body: Exact({ current_password: Password, new_password: NewPassword }),
    response: User,
    faults: ['password_wrong', 'login_throttled'],
  }),
  createApiKey: route({
    method: 'POST',
    path: '/auth/api_keys',
    service: 'auth',
    access: ['session'],
    status: 201,
    summary: 'Create an API key. The key itself is in this answer and never shown again.',
    body: Exact({ environment: Mode, name: Type.Optional(Text(100, 1)) }),
    response: ApiKeyCreated,
    faults: ['api_keys_too_many'],
  }),
  listApiKeys: route({
    method: 'GET',
    path: '/auth/api_keys',
    service: 'auth',
    access: ['session'],
    status: 200,
    summary: 'List API keys, newest first.',
    query: Exact(pageQuery),
    response: List(ApiKey),
  }),
  revokeApiKey: route({
    method: 'DELETE',
    path: '/auth/api_keys/:id',
    service: 'auth',
    access: ['session', 'secret_key'],
    status: 200,
    summary: 'Revoke an API key. With an API key as credential: only that key itself.',
    params: IdParam,
    response: ApiKey,
    faults: ['resource_missing', 'permission_denied'],
  }),
  ...operatorRoutes,
  verifyCredential: route({
    method: 'POST',
    path: '/internal/credentials/verify',
    service: 'auth',
    access: ['internal'],
    status: 200,
    summary: 'Turn an API key or access token into a principal; null when it is not valid (any more).',
    body: Exact({ credential: Type.String({ minLength: 1, maxLength: 8192 }) }),
    response: Type.Object({ principal: Nullable(VerifiedPrincipal) }),
  }),
} as const
