import { unixSeconds } from '@micro/kernel'
import { ringOf, type Rotating } from './ring.ts'
import { newStoredJwk, plainJwk, storedJwksOf, type SigningJwk, type StoredSigningJwk } from './stored-jwk.ts'
import { checkRing, newStoredKey, objectOf, storedKeysOf, type StoredKey } from './stored-secret.ts'

/** Keys the hashes of API keys: a stolen database alone cannot be searched for them. 32 bytes. */
export interface Pepper {
  readonly id: string
  readonly secret: Buffer
}

/**
 * What is kept as JSON in a file or a secret store: the newest of each kind stands first. To rotate, put a new entry in
 * front; drop an old one once nothing it made is in use (a signing key after the life of an access token; a pepper only
 * when no API key names its id any more).
 */
export interface AuthSecrets {
  readonly peppers: readonly StoredKey[]
  readonly jwt_keys: readonly StoredSigningJwk[]
}

export interface SecretRings {
  readonly peppers: Rotating<Pepper>
  readonly jwtKeys: Rotating<SigningJwk>
}

export const newPepper = (now: Date): StoredKey => newStoredKey('pep', unixSeconds(now))

export const newSigningJwk = (now: Date): StoredSigningJwk => newStoredJwk('jwt', now)

/** Fresh secrets of an installation, as JSON text. Keep it where only Micro can read it. */
export const createAuthSecrets = (now: Date): string => {
  const secrets: AuthSecrets = { peppers: [newPepper(now)], jwt_keys: [newSigningJwk(now)] }
  return JSON.stringify(secrets)
}

/** Reads the stored text. @throws Error naming the wrong member, never its value */
export const readAuthSecrets = (json: string): AuthSecrets => {
  const value = objectOf(json)
  const secrets: AuthSecrets = {
    peppers: storedKeysOf(value['peppers'], 'peppers'),
    jwt_keys: storedJwksOf(value['jwt_keys'], 'jwt_keys'),
  }
  checkRing('peppers', secrets.peppers, ({ id }) => id)
  checkRing('jwt_keys', secrets.jwt_keys, ({ kid }) => kid)
  return secrets
}

/** The stored text as what the auth service works with. @throws Error naming the wrong member, never its value */
export const parseAuthSecrets = (json: string): SecretRings => {
  const { peppers, jwt_keys } = readAuthSecrets(json)
  const made = peppers.map(({ id, secret }): Pepper => ({ id, secret: Buffer.from(secret, 'base64url') }))
  return {
    peppers: ringOf('peppers', made, ({ id }) => id),
    jwtKeys: ringOf('jwt_keys', jwt_keys.map(plainJwk), ({ kid }) => kid),
  }
}
