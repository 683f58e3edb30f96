import { everyScope, type Access, type MerchantPrincipal, type Mode } from '@micro/contracts'
import { Fault } from '@micro/kernel'
import type { Enforce, Policy } from '../limits/policy.ts'
import type { Caller } from './caller.ts'
import { addressKey } from './client-ip.ts'
import type { CredentialCache } from './credential-cache.ts'
import { cookieCredential, readCredential, type Credential } from './credential.ts'

const held = {
  api_key: 'secret_key',
  publishable_key: 'publishable_key',
  session: 'session',
  cookie: 'session',
} as const satisfies Record<Credential['kind'], Access>

const missing = (access: readonly Access[]): Fault =>
  new Fault(access[0] === 'secret_key' ? 'api_key_missing' : 'session_missing')

// What the caller holds does not open this route; said before any look-up, since no look-up could change it.
const checkKind = (access: readonly Access[], { kind }: Credential): void => {
  if (access.includes(held[kind])) return
  if (held[kind] === 'session' && access.includes('operator')) return
  if (kind === 'cookie' && access.includes('secret_key')) return
  throw new Fault(access.includes('secret_key') ? 'secret_key_required' : 'session_missing')
}

// Who shows nothing guesses nothing. Any page can make a browser ask so, and would keep its people out.
const showsNothing = ({ authorization = '', cookie }: Caller): boolean =>
  authorization.trim() === '' && cookie === undefined

const masked = (credential: Credential): string => `${credential.text.slice(0, 8)}****${credential.text.slice(-4)}`

const invalid = (credential: Credential, expired: boolean): Fault =>
  held[credential.kind] === 'session'
    ? new Fault('session_invalid')
    : new Fault(expired ? 'api_key_expired' : 'api_key_invalid', { key: masked(credential) })

/** Of a route that is for secret keys alone a browser's session does what its merchant's secret key may. */
const actsByCookie = (access: readonly Access[], { kind }: Credential): boolean =>
  kind === 'cookie' && access.includes('secret_key') && !access.includes('session')

/**
 * In which mode is asked; undefined for a session that looks at what has none.
 * @throws Fault mode_missing, mode_mismatch, live_requires_tls
 */
const modeOf = (access: readonly Access[], credential: Credential, caller: Caller): Mode | undefined => {
  const named = caller.mode
  const own = 'mode' in credential ? credential.mode : undefined
  // Whoever believes to pay in test mode must not do so in live mode.
  if (own !== undefined && named !== undefined && own !== named)
    throw new Fault('mode_mismatch', { named, mode: own, other: `the key '${masked(credential)}'` })
  const mode = own ?? named
  if (mode === undefined && actsByCookie(access, credential)) throw new Fault('mode_missing')
  if (mode === 'live' && !caller.confidential) throw new Fault('live_requires_tls')
  return mode
}

/** Who is asking, established; the credential is kept for those who must ask again later. */
export interface Authenticated {
  readonly principal: MerchantPrincipal
  readonly credential: string
}

/**
 * Establishes who is asking, for a route with the given access. Failed credentials, and no missing ones, count against
 * the caller's address: once its allowance is used up, credentials never seen valid are refused without asking the auth
 * service.
 * @throws Fault api_key_missing, api_key_invalid, api_key_expired, session_missing, session_invalid,
 * secret_key_required, operator_required, mode_missing, mode_mismatch, live_requires_tls, rate_limit,
 * upstream_unavailable
 */
export const createAuthenticator = (options: { cache: CredentialCache; enforce: Enforce; failures: Policy }) => {
  const { cache, enforce, failures } = options

  const verified = async (access: readonly Access[], caller: Caller): Promise<Authenticated> => {
    const { authorization, cookie, clientIp, setHeader } = caller
    const credential = readCredential(authorization) ?? cookieCredential(cookie)
    if (credential === undefined) throw missing(access)
    checkKind(access, credential)
    const mode = modeOf(access, credential, caller)
    if (!cache.wasValid(credential.text)) await enforce(failures, addressKey(clientIp), setHeader, 0)
    const { principal, expired, in_clear } = await cache.verify(credential.text)
    const fits =
      principal !== null &&
      held[principal.kind] === held[credential.kind] &&
      (principal.kind === 'session' || principal.mode === mode) &&
      // What somebody overheard opens nothing by a way on which they could not have.
      !(in_clear === true && caller.confidential)
    if (!fits) throw invalid(credential, expired)
    const inMode = mode === undefined ? principal : { ...principal, mode }
    if (actsByCookie(access, credential))
      return { principal: { ...inMode, scopes: [everyScope] }, credential: credential.text }
    if (!access.includes(held[principal.kind]) && principal.operator !== true) throw new Fault('operator_required')
    return { principal: inMode, credential: credential.text }
  }

  return async (access: readonly Access[], caller: Caller): Promise<Authenticated> => {
    try {
      return await verified(access, caller)
    } catch (error) {
      const failed = error instanceof Fault && (error.spec.status === 401 || error.spec.status === 403)
      if (failed && !showsNothing(caller)) await enforce(failures, addressKey(caller.clientIp), caller.setHeader)
      throw error
    }
  }
}

export type Authenticate = ReturnType<typeof createAuthenticator>
