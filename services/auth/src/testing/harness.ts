/** Runs the service for its tests the way a gateway would: principals and addresses are attached, never sent. */
import { createHash } from 'node:crypto'
import { memoryBus } from '@micro/bus'
import type {
  ApiKeyCreated,
  authApi,
  Body as BodyOf,
  BusMessages,
  MerchantPrincipal,
  Principal,
  Response,
  Tokens,
  User,
} from '@micro/contracts'
import { createIds, systemClock, type Clock } from '@micro/kernel'
import type { Database } from '@micro/postgres'
import { attachContext, createLogger } from '@micro/service'
import { createAuthSecrets } from '@micro/signing'
import { unwatched } from '@micro/testing'
import type { Static } from 'typebox'
import { readAuthConfig, type AuthConfig } from '../config.ts'
import type { Hasher } from '../passwords/hasher.ts'
import { authService } from '../service.ts'

/** Like the real one, but quick, and telling what it was asked. */
export interface SpyHasher extends Hasher {
  readonly verified: string[]
  readonly hashed: string[]
}

export const spyHasher = (): SpyHasher => {
  const digest = (password: string) => `$argon2id$quick$${createHash('sha256').update(password).digest('hex')}`
  const verified: string[] = []
  const hashed: string[] = []
  return {
    verified,
    hashed,
    hash(password) {
      hashed.push(password)
      return Promise.resolve(digest(password))
    },
    verify(stored, password) {
      verified.push(stored)
      return Promise.resolve(stored === digest(password))
    },
  }
}

export const testConfig = async (changes: Partial<AuthConfig> = {}): Promise<AuthConfig> => ({
  ...readAuthConfig({ MICRO_REGISTRATION: 'open' }, createAuthSecrets(systemClock.now())),
  ...changes,
})

interface Caller {
  readonly principal?: Principal
  readonly ip?: string
  /** Others could listen on the way. */
  readonly inClear?: boolean
}

export interface Answer<Body> {
  readonly status: number
  readonly body: Body
  readonly headers: Readonly<Record<string, unknown>>
  /** The code of an error. */
  readonly code: string | undefined
}

export const password = 'securepassword'

export const startAuth = async (options: { db: Database; clock: Clock; config?: AuthConfig; hasher?: Hasher }) => {
  const { db, clock, hasher = spyHasher() } = options
  const config = options.config ?? (await testConfig())
  const bus = memoryBus<BusMessages>({ onError: () => {} })
  const revoked: BusMessages['credential.revoked'][] = []
  const changed: BusMessages['credential.changed'][] = []
  bus.subscribe('credential.revoked', ({ revokedMs: _, ...message }) => void revoked.push(message))
  bus.subscribe('credential.changed', (message) => void changed.push(message))
  const logged: string[] = []
  const log = createLogger({ service: 'auth', destination: { write: (line) => void logged.push(line) } })
  const service = authService({
    db,
    clock,
    config,
    hasher,
    bus,
    log,
    newId: createIds({ clock }),
    ...unwatched('auth'),
  })
  const callers = new Map<string, Caller>()
  service.http.addHook('onRequest', (request, _reply, done) => {
    const caller = callers.get(String(request.headers['x-caller'])) ?? {}
    const { principal, ip: clientIp = '', inClear = false } = caller
    attachContext(request.raw, { requestId: 'req_test', principal, clientIp, inClear })
    done()
  })
  await service.http.ready()

  const call = async <Body = Record<string, unknown>>(
    method: 'GET' | 'POST' | 'DELETE',
    url: string,
    { body, ...caller }: Caller & { body?: object } = {},
  ): Promise<Answer<Body>> => {
    const name = String(callers.size)
    callers.set(name, caller)
    const response = await service.http.inject({
      method,
      url,
      headers: { 'x-caller': name },
      ...(body === undefined ? {} : { payload: body }),
    })
    const parsed = response.json<Body & { error?: { code?: string } }>()
    return { status: response.statusCode, body: parsed, headers: response.headers, code: parsed.error?.code }
  }

  const judge = async (credential: string): Promise<Response<typeof authApi.verifyCredential>> =>
    (await service.execute(
      'verifyCredential',
      { kind: 'service', service: 'gateway' },
      { body: { credential } },
    )) as Response<typeof authApi.verifyCredential>
  const verify = async (credential: string): Promise<MerchantPrincipal | null> => (await judge(credential)).principal

  const register = (email: string, secret = password) =>
    call<User>('POST', '/auth/register', { body: { email, password: secret } })
  const logIn = (email: string, secret = password, ip = '') =>
    call<Tokens>('POST', '/auth/login', { body: { email, password: secret }, ip })
  const refresh = (refresh_token: string) => call<Tokens>('POST', '/auth/refresh', { body: { refresh_token } })

  /** A registered person, logged in. */
  const enter = async (email: string) => {
    const user = (await register(email)).body
    const tokens = (await logIn(email)).body
    const principal = await verify(tokens.token)
    if (principal === null) throw new Error('the fresh access token was not accepted')
    return { user, tokens, principal }
  }

  const createKey = async (
    principal: MerchantPrincipal,
    body: BodyOf<typeof authApi.createApiKey> = { environment: 'test' },
  ) => (await call<Static<typeof ApiKeyCreated>>('POST', '/auth/api_keys', { principal, body })).body

  return {
    service,
    config,
    revoked,
    changed,
    logged,
    call,
    judge,
    verify,
    register,
    logIn,
    refresh,
    enter,
    createKey,
    stop: () => service.stop(),
  }
}

export type TestAuth = Awaited<ReturnType<typeof startAuth>>
