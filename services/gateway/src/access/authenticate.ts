import type { Access, MerchantPrincipal } from '@micro/contracts'
import { Fault } from '@micro/kernel'
import type { Enforce, Policy, SetHeader } from '../limits/policy.ts'
import { addressKey } from './client-ip.ts'
import type { CredentialCache } from './credential-cache.ts'
import { readCredential, type Credential } from './credential.ts'

const held = {
  api_key: 'secret_key',
  publishable_key: 'publishable_key',
  session: 'session',
} as const satisfies Record<Credential['kind'], Access>

const missing = (access: readonly Access[]): Fault =>
  new Fault(access[0] === 'secret_key' ? 'api_key_missing' : 'session_missing')

// What the caller holds does not open this route; said before any look-up, since no look-up could change it.
const checkKind = (access: readonly Access[], { kind }: Credential): void => {
  if (access.includes(held[kind])) return
  if (kind === 'session' && access.includes('operator')) return
  throw new Fault(access.includes('secret_key') ? 'secret_key_required' : 'session_missing')
}

const masked = (credential: Credential): string => `${credential.text.slice(0, 8)}****${credential.text.slice(-4)}`

const invalid = (credential: Credential, expired: boolean): Fault =>
  credential.kind === 'session'
    ? new Fault('session_invalid')
    : new Fault(expired ? 'api_key_expired' : 'api_key_invalid', { key: masked(credential) })

export interface Caller {
  readonly authorization: string | undefined
  readonly clientIp: string
  /** Whether nobody on the way could listen: see `transport.ts`. */
  readonly confidential: boolean
  readonly setHeader: SetHeader
}

/** Who is asking, established; the credential is kept for those who must ask again later. */
export interface Authenticated {
  readonly principal: MerchantPrincipal
  readonly credential: string
}

/**
 * Establishes who is asking, for a route with the given access. Failed credentials count against the caller's address:
 * once its allowance is used up, credentials never seen valid are refused without asking the auth service.
 * @throws Fault api_key_missing, api_key_invalid, api_key_expired, session_missing, session_invalid,
 * secret_key_required, operator_required, live_requires_tls, rate_limit, upstream_unavailable
 */
export const createAuthenticator = (options: { cache: CredentialCache; enforce: Enforce; failures: Policy }) => {
  const { cache, enforce, failures } = options

  const verified = async (
    access: readonly Access[],
    { authorization, clientIp, confidential, setHeader }: Caller,
  ): Promise<Authenticated> => {
    const credential = readCredential(authorization)
    if (credential === undefined) throw missing(access)
    checkKind(access, credential)
    if (credential.kind !== 'session' && credential.mode === 'live' && !confidential)
      throw new Fault('live_requires_tls')
    if (!cache.wasValid(credential.text)) await enforce(failures, addressKey(clientIp), setHeader, 0)
    const { principal, expired } = await cache.verify(credential.text)
    const fits =
      principal?.kind === credential.kind && (credential.kind === 'session' || principal.mode === credential.mode)
    if (principal === null || !fits) throw invalid(credential, expired)
    if (!access.includes(held[principal.kind]) && principal.operator !== true) throw new Fault('operator_required')
    return { principal, credential: credential.text }
  }

  return async (access: readonly Access[], caller: Caller): Promise<Authenticated> => {
    try {
      return await verified(access, caller)
    } catch (error) {
      const failed = error instanceof Fault && (error.spec.status === 401 || error.spec.status === 403)
      if (failed) await enforce(failures, addressKey(caller.clientIp), caller.setHeader)
      throw error
    }
  }
}

export type Authenticate = ReturnType<typeof createAuthenticator>
