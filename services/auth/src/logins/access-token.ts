import { createPrivateKey, createPublicKey, randomUUID, type KeyObject } from 'node:crypto'
import { unixSeconds, type Clock } from '@micro/kernel'
import { everyOf, type Rotating, type SigningJwk } from '@micro/signing'
import { jwtVerify, SignJWT } from 'jose'

/** Whom an access token was issued to. It is believed only while its login session lives. */
export interface AccessClaims {
  readonly user: string
  readonly merchant: string
  readonly session: string
}

export interface AccessTokens {
  issue(claims: AccessClaims): Promise<string>
  /** The claims of a token that this installation issued and that has not expired; undefined for anything else. */
  verify(token: string): Promise<AccessClaims | undefined>
}

const issuer = 'micro/auth'
const audience = 'micro/api'
const type = 'at+jwt' // RFC 9068: a token of another kind is never taken for an access token
const algorithm = 'EdDSA'
const lengthMax = 2048
const compactForm = /^[\w-]+\.[\w-]+\.[\w-]+$/

// A header that names keys or extensions (jwk, jku, x5u, crit, …) is not one of ours, whatever it says.
const headerOf = (token: string): { kid: string } | undefined => {
  try {
    const header = JSON.parse(Buffer.from(token.split('.', 1)[0] ?? '', 'base64url').toString()) as Record<
      string,
      unknown
    >
    if (Object.keys(header).sort().join() !== 'alg,kid,typ') return undefined
    const { alg, kid, typ } = header
    return alg === algorithm && typ === type && typeof kid === 'string' ? { kid } : undefined
  } catch {
    return undefined
  }
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '')

/** Issues and verifies access tokens: JWTs signed with Ed25519, short-lived, checked as RFC 8725 advises. */
export const createAccessTokens = (options: {
  keys: Rotating<SigningJwk>
  clock: Clock
  seconds: number
}): AccessTokens => {
  const { keys, clock, seconds } = options
  const { kid } = keys.current
  const privateKey = createPrivateKey({ key: { ...keys.current }, format: 'jwk' })
  const publicKeys = new Map<string, KeyObject>(
    everyOf(keys).map(({ kid: id, kty, crv, x }) => [id, createPublicKey({ key: { kty, crv, x }, format: 'jwk' })]),
  )

  return {
    issue({ user, merchant, session }) {
      const now = unixSeconds(clock.now())
      return new SignJWT({ merchant, sid: session })
        .setProtectedHeader({ alg: algorithm, kid, typ: type })
        .setIssuer(issuer)
        .setAudience(audience)
        .setSubject(user)
        .setJti(randomUUID())
        .setIssuedAt(now)
        .setExpirationTime(now + seconds)
        .sign(privateKey)
    },
    async verify(token) {
      if (token.length > lengthMax || !compactForm.test(token)) return undefined
      const publicKey = publicKeys.get(headerOf(token)?.kid ?? '')
      if (publicKey === undefined) return undefined
      try {
        const { payload } = await jwtVerify(token, publicKey, {
          algorithms: [algorithm],
          issuer,
          audience,
          typ: type,
          currentDate: clock.now(),
          requiredClaims: ['iss', 'aud', 'sub', 'sid', 'merchant', 'jti', 'iat', 'exp'],
        })
        const claims = { user: text(payload.sub), merchant: text(payload['merchant']), session: text(payload['sid']) }
        return Object.values(claims).every((claim) => claim !== '') ? claims : undefined
      } catch {
        return undefined
      }
    },
  }
}
