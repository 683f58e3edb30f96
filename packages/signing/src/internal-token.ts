import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import { unixSeconds, type Clock } from '@micro/kernel'
import { jwtVerify, SignJWT } from 'jose'
import { principalOf, type TokenPrincipal } from './token-principal.ts'

/** A private Ed25519 key as RFC 8037 writes it, with the id that tokens name it by. */
export interface TokenPrivateKey {
  readonly kty: 'OKP'
  readonly crv: 'Ed25519'
  readonly kid: string
  readonly x: string
  readonly d: string
}

export type TokenPublicKey = Omit<TokenPrivateKey, 'd'>

/** The door that speaks for merchants; every other service speaks for itself only. */
const door = 'gateway'
const type = 'micro-internal+jwt' // RFC 8725 §3.11: no other kind of token is ever taken for one of these
const algorithm = 'EdDSA'
const lifeSeconds = 30
const reuseMs = 15_000
const leewaySeconds = 5
const entriesMax = 10_000
const lengthMax = 4096
const compactForm = /^[\w-]+\.[\w-]+\.[\w-]+$/

/** Makes room by forgetting what was stored first. */
const remember = <V>(map: Map<string, V>, key: string, value: V): void => {
  map.delete(key)
  map.set(key, value)
  for (const oldest of map.keys()) {
    if (map.size <= entriesMax) return
    map.delete(oldest)
  }
}

export interface TokenSigner {
  /** A token for one service, in the name of `principal`; undefined stands for a caller of a public route. */
  sign(audience: string, principal: TokenPrincipal | undefined): Promise<string>
}

/** Signs for one service. A token lives 30 s and is handed out again for the first 15 s of them. */
export const createTokenSigner = (options: {
  service: string
  privateKey: TokenPrivateKey
  clock: Clock
}): TokenSigner => {
  const { service, clock } = options
  const key = createPrivateKey({ key: { ...options.privateKey }, format: 'jwk' })
  const known = new Map<string, { readonly token: Promise<string>; readonly atMs: number }>()

  const make = (audience: string, principal: TokenPrincipal | undefined, now: number): Promise<string> =>
    new SignJWT({ principal: principal ?? null })
      .setProtectedHeader({ alg: algorithm, kid: options.privateKey.kid, typ: type })
      .setIssuer(service)
      .setAudience(audience)
      .setIssuedAt(now)
      .setExpirationTime(now + lifeSeconds)
      .sign(key)

  return {
    sign(audience, principal) {
      const id = JSON.stringify([audience, principal])
      const atMs = clock.now().getTime()
      const before = known.get(id)
      // A clock that was set back makes the age negative: such a token is from the future and not reused.
      const ageMs = before === undefined ? -1 : atMs - before.atMs
      if (before !== undefined && ageMs >= 0 && ageMs < reuseMs) return before.token
      const token = make(audience, principal, unixSeconds(clock.now()))
      remember(known, id, { token, atMs })
      return token
    },
  }
}

/** What a token proves: which service sent it, and in whose name. */
export interface VerifiedToken {
  readonly issuer: string
  /** Undefined on public routes. */
  readonly principal: TokenPrincipal | undefined
}

export interface TokenVerifier {
  /** Undefined for whatever is not a token for this service, made by a key of its issuer, within its 30 s (± 5 s). */
  verify(token: string): Promise<VerifiedToken | undefined>
}

const parsePart = (token: string, at: number): Record<string, unknown> => {
  const value: unknown = JSON.parse(Buffer.from(token.split('.')[at] ?? '', 'base64url').toString())
  return value !== null && typeof value === 'object' ? (value as Record<string, unknown>) : {}
}

// A header that names keys or extensions (jwk, jku, x5u, crit, …) is not one of ours, whatever it says.
const keyNames = (token: string): { issuer: string; kid: string } | undefined => {
  try {
    const header = parsePart(token, 0)
    const { iss } = parsePart(token, 1)
    if (Object.keys(header).sort().join() !== 'alg,kid,typ') return undefined
    const { alg, kid, typ } = header
    return alg === algorithm && typ === type && typeof kid === 'string' && typeof iss === 'string'
      ? { issuer: iss, kid }
      : undefined
  } catch {
    return undefined
  }
}

const maySpeakFor = (issuer: string, principal: TokenPrincipal | undefined): boolean =>
  principal?.kind === 'service' ? principal.service === issuer : issuer === door

/** Believes the listed keys only, each for the service it is listed under. */
export const createTokenVerifier = (options: {
  audience: string
  publicKeys: Readonly<Record<string, readonly TokenPublicKey[]>>
  clock: Clock
}): TokenVerifier => {
  const { audience, clock } = options
  const keys = new Map<string, KeyObject>(
    Object.entries(options.publicKeys).flatMap(([service, list]) =>
      list.map(
        ({ kid, kty, crv, x }) =>
          [JSON.stringify([service, kid]), createPublicKey({ key: { kty, crv, x }, format: 'jwk' })] as const,
      ),
    ),
  )
  // A signature costs far more than a look-up, and callers reuse their tokens; only what passed is remembered.
  const passed = new Map<
    string,
    { readonly verified: VerifiedToken; readonly issued: number; readonly expires: number }
  >()

  const isCurrent = ({ issued, expires }: { issued: number; expires: number }): boolean => {
    const now = unixSeconds(clock.now())
    return issued <= now + leewaySeconds && expires > now - leewaySeconds
  }

  const check = async (token: string): Promise<VerifiedToken | undefined> => {
    const names = keyNames(token)
    const key = names === undefined ? undefined : keys.get(JSON.stringify([names.issuer, names.kid]))
    if (names === undefined || key === undefined) return undefined
    const { payload } = await jwtVerify(token, key, {
      algorithms: [algorithm],
      issuer: names.issuer,
      audience,
      typ: type,
      currentDate: clock.now(),
      clockTolerance: leewaySeconds,
      requiredClaims: ['iss', 'aud', 'iat', 'exp', 'principal'],
    })
    const { iat: issued, exp: expires, aud } = payload
    if (
      !Number.isSafeInteger(issued) ||
      !Number.isSafeInteger(expires) ||
      issued === undefined ||
      expires === undefined
    )
      return undefined
    if (aud !== audience || expires - issued > lifeSeconds || !isCurrent({ issued, expires })) return undefined
    const principal = principalOf(payload['principal'])
    if (principal === 'malformed' || !maySpeakFor(names.issuer, principal)) return undefined
    const verified = Object.freeze({ issuer: names.issuer, principal })
    remember(passed, token, { verified, issued, expires })
    return verified
  }

  return {
    async verify(token) {
      const before = passed.get(token)
      if (before !== undefined) return isCurrent(before) ? before.verified : undefined
      if (token.length > lengthMax || !compactForm.test(token)) return undefined
      return check(token).catch(() => undefined)
    },
  }
}
