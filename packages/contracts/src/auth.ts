import Type, { type Static } from 'typebox'
import { accountsApi } from './accounts.ts'
import { AuditEntry, auditQuery, ToldAuditEntry } from './audit.ts'
import { browserSessionWork } from './browser-sessions.ts'
import { Exact, IdParam, List, Mode, Nullable, pageQuery, Text, Timestamp } from './common.ts'
import { operatorRoutes } from './operator.ts'
import { pairingsApi } from './pairings.ts'
import { Email, Tokens, User } from './people.ts'
import { route } from './route.ts'
import { Scope, scopes } from './scopes.ts'

/** At least 8 characters, no composition rules (NIST 800-63B); 1,024 bounds the hashing work. */
const NewPassword = Text(1024, 8)
const Password = Text(1024, 1)

export const ApiKey = Type.Object({
  id: Type.String(),
  object: Type.Literal('api_key'),
  type: Type.Union([Type.Literal('secret'), Type.Literal('restricted'), Type.Literal('publishable')]),
  name: Nullable(Type.String()),
  environment: Mode,
  scopes: Type.Array(Type.String(), {
    description:
      'What the key may do; `*` alone is everything. A publishable key has none: it opens what is for browsers.',
  }),
  key: Nullable(Type.String({ description: 'The key itself, of a publishable key, which is no secret.' })),
  truncated_key: Type.String({ description: 'The last four characters.' }),
  created: Timestamp,
  last_used: Nullable(Timestamp),
  expires: Nullable(Timestamp),
  revoked: Nullable(Timestamp),
  rolled_from: Nullable(Type.String({ description: 'The key that this one replaces.' })),
  rolled_to: Nullable(Type.String({ description: 'The key that replaces this one.' })),
})
export type ApiKey = Static<typeof ApiKey>

export const ApiKeyCreated = Type.Object({ ...ApiKey.properties, key: Type.String({ description: 'Shown once.' }) })

/** Longest life of an API key that has an end, in seconds: five years. */
export const keySecondsMax = 5 * 365 * 24 * 60 * 60
/** Longest time a rolled key goes on working, in seconds: seven days. */
export const graceSecondsMax = 7 * 24 * 60 * 60

export const Session = Type.Object({
  id: Type.String(),
  object: Type.Literal('session'),
  current: Type.Boolean({ description: 'True for the session this request was made with.' }),
  held_by: Type.Union([Type.Literal('browser'), Type.Literal('tokens')], {
    description: "A browser holds its session in a cookie; whatever else logs in, as Micro's command line, in tokens.",
  }),
  client_ip: Nullable(Type.String({ description: 'Where the login came from.' })),
  created: Timestamp,
  last_used: {
    ...Timestamp,
    description:
      "When it was last used, to within ten minutes. Of a browser's it stands still for the last of its seven days.",
  },
  expires: Timestamp,
})
export type Session = Static<typeof Session>
const EndedSession = Type.Object({ object: Type.Literal('session'), ended: Type.Boolean() })

export const VerifiedPrincipal = Type.Object({
  kind: Type.Union([Type.Literal('api_key'), Type.Literal('publishable_key'), Type.Literal('session')]),
  merchant: Type.String(),
  mode: Mode,
  keyId: Type.Optional(Type.String()),
  scopes: Type.Optional(Type.Unsafe<readonly string[]>(Type.Array(Type.String()))),
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
  revokeOtherSessions: route({
    method: 'DELETE',
    path: '/auth/sessions',
    service: 'auth',
    access: ['session'],
    status: 200,
    summary:
      'End every login session of yours but the one this request is made with, and what was let in and has not come for its own yet.',
    response: Type.Object({
      object: Type.Literal('ended_sessions'),
      ended: Type.Integer({ description: 'How many there were.' }),
    }),
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
    scope: 'self',
    status: 200,
    summary: 'Who these credentials belong to.',
    response: Type.Object({
      ...User.properties,
      mode: Mode,
      api_key: Nullable(ApiKey),
      publishable_key: Nullable(Type.String({ description: 'Of this mode, for the web pages of the merchant.' })),
    }),
  }),
  changePassword: route({
    method: 'POST',
    path: '/auth/password',
    service: 'auth',
    access: ['session'],
    status: 200,
    summary: "Change the password; every other login session ends, and with a browser's cookie this one, too.",
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
    body: Exact({
      environment: Mode,
      name: Type.Optional(Text(100, 1)),
      scopes: Type.Optional(
        Type.Array(Scope, {
          minItems: 1,
          maxItems: scopes.length,
          uniqueItems: true,
          description: 'Makes a restricted key, which may do this and nothing else. Without, a secret key: everything.',
        }),
      ),
      publishable: Type.Optional(
        Type.Boolean({ description: 'Makes the publishable key, where the one there was is revoked.' }),
      ),
      expires_in: Type.Optional(
        Type.Integer({ minimum: 1, maximum: keySecondsMax, description: 'Seconds until it stops working.' }),
      ),
    }),
    response: ApiKeyCreated,
    faults: ['api_keys_too_many', 'publishable_key_exists', 'live_requires_tls'],
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
    scope: 'self',
    status: 200,
    summary:
      'Revoke an API key, with those that it made itself in its place. With an API key as credential: only that key itself.',
    params: IdParam,
    query: Exact({
      successors: Type.Optional(
        Type.Boolean({
          description:
            'Of keys that this one was replaced by: true revokes them all, false none. By default those that were made with the key itself, which whoever stole it could do.',
        }),
      ),
    }),
    response: Type.Object({
      ...ApiKey.properties,
      revoked_successors: Type.Optional(
        Type.Array(Type.String(), { description: 'Ids of the keys in its place that were revoked with it.' }),
      ),
    }),
    faults: ['resource_missing', 'permission_denied'],
  }),
  rollApiKey: route({
    method: 'POST',
    path: '/auth/api_keys/:id/roll',
    service: 'auth',
    access: ['session', 'secret_key'],
    scope: 'self',
    status: 201,
    summary:
      'Replace an API key by a new one of the same name, environment, scopes and expiry. With an API key as credential: only that key itself.',
    params: IdParam,
    body: Exact({
      expires_in: Type.Optional(
        Type.Integer({
          minimum: 0,
          maximum: graceSecondsMax,
          default: 0,
          description: 'Seconds for which the old key goes on working, but never beyond its own expiry.',
        }),
      ),
    }),
    response: Type.Object({ ...ApiKeyCreated.properties, rolled_key: ApiKey }),
    faults: [
      'resource_missing',
      'permission_denied',
      'api_key_unexpected_state',
      'api_keys_rolled_too_many',
      'live_requires_tls',
    ],
  }),
  ...accountsApi,
  ...operatorRoutes,
  recordAuditEntry: route({
    method: 'POST',
    path: '/internal/audit_entries',
    service: 'auth',
    access: ['internal'],
    status: 200,
    summary: 'Put on record what was done in another service. The same id again changes nothing.',
    body: ToldAuditEntry,
    response: Type.Object({ id: Type.String() }),
  }),
  ...pairingsApi,
  ...browserSessionWork,
  verifyCredential: route({
    method: 'POST',
    path: '/internal/credentials/verify',
    service: 'auth',
    access: ['internal'],
    status: 200,
    summary:
      "Turn an API key, an access token or a browser's cookie into a principal; null when it is not valid (any more).",
    body: Exact({ credential: Type.String({ minLength: 1, maxLength: 8192 }) }),
    response: Type.Object({
      principal: Nullable(VerifiedPrincipal),
      expired: Type.Boolean({ description: 'An API key that was valid until its time was over.' }),
      expires_in_ms: Nullable(
        Type.Integer({
          description: 'How long a valid credential is valid; null without an end, and for an access token.',
        }),
      ),
      in_clear: Type.Optional(
        Type.Boolean({ description: "Of a browser's session: it was opened where others could listen." }),
      ),
    }),
  }),
} as const
