import { browserTokenForm, type authApi, type Response } from '@micro/contracts'
import type { Handlers } from '@micro/service'
import { Fault } from '@micro/kernel'
import { everyOf, parseApiKey } from '@micro/signing'
import { endOf, hasExpired, typeOf } from '../api-keys/api-key.ts'
import { selectLiveApiKeyByHash } from '../api-keys/api-key.store.ts'
import type { AuthDependencies } from '../dependencies.ts'
import { putOffEnd } from '../logins/browser-session.ts'
import { browserTokenHash } from '../logins/browser-token.ts'
import { extendSession, selectLiveSession, selectLiveSessionOfCookie } from '../logins/session.store.ts'
import { keyedHash } from '../secrets.ts'

type Verdict = Response<typeof authApi.verifyCredential>

const invalid: Verdict = { principal: null, expired: false, expires_in_ms: null }

export const credentialHandlers = ({
  db,
  clock,
  config,
  accessTokens,
  noteKeyUse,
}: AuthDependencies): Pick<Handlers<typeof authApi>, 'verifyCredential'> => {
  const ofApiKey = async (text: string): Promise<Verdict> => {
    // Form and checksum first: typos and blind guesses never reach the database.
    const parsed = parseApiKey(text)
    if (parsed === undefined) return invalid
    const hashes = everyOf(config.peppers).map((pepper) => keyedHash(pepper, 'api_key', text))
    const key = await selectLiveApiKeyByHash(db.sql, hashes)
    if (key === undefined || key.mode !== parsed.mode || typeOf(key) !== parsed.type) return invalid
    const now = clock.now()
    if (hasExpired(key, now)) return { ...invalid, expired: true }
    // Only its holder can bring a key under the current pepper: we do not have it.
    noteKeyUse(key.id, key.pepper_id === config.peppers.current.id ? undefined : hashes[0])
    const { id: keyId, merchant, mode, scopes } = key
    const end = endOf(key)
    const publishable = key.publishable_key !== null
    return {
      principal: publishable
        ? { kind: 'publishable_key', merchant, mode, keyId }
        : { kind: 'api_key', merchant, mode, keyId, scopes },
      expired: false,
      expires_in_ms: end === null ? null : end.getTime() - now.getTime(),
    }
  }

  const ofAccessToken = async (text: string): Promise<Verdict> => {
    const claims = await accessTokens.verify(text)
    if (claims === undefined) return invalid
    const { user, merchant, session } = claims
    const live = await selectLiveSession(db.sql, { id: session, user, merchant, now: clock.now() })
    if (live === undefined) return invalid
    // A person looks at test data unless they act by a live key.
    const operator = live.operator ? ({ operator: true } as const) : {}
    return { ...invalid, principal: { kind: 'session', merchant, mode: 'test', user, session, ...operator } }
  }

  const ofCookie = async (text: string): Promise<Verdict> => {
    const now = clock.now()
    const live = await selectLiveSessionOfCookie(db.sql, { hash: browserTokenHash(text), now })
    if (live === undefined) return invalid
    const { id: session, user_id: user, merchant } = live
    const later = putOffEnd(live, now)
    if (later !== undefined) await extendSession(db.sql, { id: session, expiresAt: later })
    const operator = live.operator ? ({ operator: true } as const) : {}
    return {
      principal: { kind: 'session', merchant, mode: 'test', user, session, ...operator },
      expired: false,
      in_clear: live.in_clear,
      expires_in_ms: (later ?? live.expires_at).getTime() - now.getTime(),
    }
  }

  return {
    async verifyCredential({ principal, body: { credential } }) {
      // Who lets people in asks; other services have no business with what they bring.
      if (principal.service !== 'gateway') throw new Fault('permission_denied')
      if (browserTokenForm.test(credential)) return ofCookie(credential)
      return /^[srp]k_/.test(credential) ? ofApiKey(credential) : ofAccessToken(credential)
    },
  }
}
