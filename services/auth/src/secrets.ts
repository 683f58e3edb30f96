import { createHmac, generateKeyPair, randomBytes } from 'node:crypto'
import { promisify } from 'node:util'

/** The secret in use, and those that are still accepted while what they made is in circulation. */
export interface Rotating<T> {
  readonly current: T
  readonly previous: readonly T[]
}

/** Keys the hashes of API keys: a stolen database alone cannot be searched for them. 32 bytes. */
export interface Pepper {
  readonly id: string
  readonly secret: Buffer
}

/** A private Ed25519 key as RFC 8037 writes it, with the id that tokens name it by. */
export interface SigningJwk {
  readonly kty: 'OKP'
  readonly crv: 'Ed25519'
  readonly kid: string
  readonly x: string
  readonly d: string
}

/**
 * What the composition root keeps as JSON in a file or a secret store: the newest of each kind stands first.
 * To rotate, put a new entry in front; drop an old one once nothing it made is in use (a signing key after the life of
 * an access token; a pepper only when no API key names its id any more).
 */
export interface AuthSecrets {
  readonly peppers: readonly { readonly id: string; readonly secret: string }[]
  readonly jwt_keys: readonly SigningJwk[]
}

export interface SecretRings {
  readonly peppers: Rotating<Pepper>
  readonly jwtKeys: Rotating<SigningJwk>
}

const pepperBytes = 32

/** Fresh secrets of an installation, as the JSON text that `readAuthConfig` takes. Keep it where only Micro can read it. */
export const createAuthSecrets = async (): Promise<string> => {
  const { privateKey } = await promisify(generateKeyPair)('ed25519')
  const { x = '', d = '' } = privateKey.export({ format: 'jwk' })
  const secrets: AuthSecrets = {
    peppers: [{ id: `pep_${randomBytes(6).toString('hex')}`, secret: randomBytes(pepperBytes).toString('base64url') }],
    jwt_keys: [{ kty: 'OKP', crv: 'Ed25519', kid: `jwt_${randomBytes(6).toString('hex')}`, x, d }],
  }
  return JSON.stringify(secrets)
}

const ring = <T>(name: string, entries: readonly T[], idOf: (entry: T) => string): Rotating<T> => {
  const [current, ...previous] = entries
  if (current === undefined) throw new Error(`${name} is empty`)
  if (new Set(entries.map(idOf)).size !== entries.length) throw new Error(`${name} has two entries of one id`)
  return { current, previous }
}

const list = (value: unknown, name: string): readonly Record<string, unknown>[] => {
  if (!Array.isArray(value)) throw new Error(`${name} is not a list`)
  return value as Record<string, unknown>[]
}

const text = (value: unknown, name: string, form = /./): string => {
  if (typeof value !== 'string' || !form.test(value)) throw new Error(`${name} is missing or malformed`)
  return value
}

const key32 = /^[A-Za-z0-9_-]{43}$/ // 32 bytes in base64url

/** Reads the JSON of `AuthSecrets`. @throws Error naming the wrong member, never its value. */
export const parseAuthSecrets = (json: string): SecretRings => {
  let value: Record<string, unknown>
  try {
    value = JSON.parse(json) as Record<string, unknown>
  } catch {
    // The parser's own message would quote the text.
    throw new Error('it is not valid JSON')
  }
  if (value === null || typeof value !== 'object') throw new Error('it is not an object')
  const peppers = list(value['peppers'], 'peppers').map((each): Pepper => ({
    id: text(each['id'], 'peppers[].id'),
    secret: Buffer.from(text(each['secret'], 'peppers[].secret', key32), 'base64url'),
  }))
  const jwtKeys = list(value['jwt_keys'], 'jwt_keys').map((each): SigningJwk => ({
    kty: 'OKP',
    crv: 'Ed25519',
    kid: text(each['kid'], 'jwt_keys[].kid'),
    x: text(each['x'], 'jwt_keys[].x', key32),
    d: text(each['d'], 'jwt_keys[].d', key32),
  }))
  return { peppers: ring('peppers', peppers, ({ id }) => id), jwtKeys: ring('jwt_keys', jwtKeys, ({ kid }) => kid) }
}

/** The current secret first. */
export const everyOf = <T>({ current, previous }: Rotating<T>): readonly T[] => [current, ...previous]

/** HMAC-SHA-256 under a pepper. The purpose keeps the uses of one pepper apart. */
export const keyedHash = (
  pepper: Pepper,
  purpose: 'api_key' | 'login_email' | 'refresh_token',
  value: string,
): Buffer => createHmac('sha256', pepper.secret).update(`${purpose}\n${value}`).digest()
