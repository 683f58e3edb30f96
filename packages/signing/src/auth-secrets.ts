import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto'
import { unixSeconds } from '@micro/kernel'
import { ringOf, type Rotating } from './ring.ts'
import {
  checkRing,
  key32Of,
  listOf,
  newSecretId,
  newStoredKey,
  notesOf,
  objectOf,
  storedKeysOf,
  textOf,
  type StoredKey,
  type StoredNotes,
} from './stored-secret.ts'

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

export type StoredSigningJwk = SigningJwk & StoredNotes

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

export const newSigningJwk = (now: Date): StoredSigningJwk => {
  const { x = '', d = '' } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' })
  return { kty: 'OKP', crv: 'Ed25519', kid: newSecretId('jwt'), x, d, created: unixSeconds(now) }
}

/** Fresh secrets of an installation, as JSON text. Keep it where only Micro can read it. */
export const createAuthSecrets = (now: Date): string => {
  const secrets: AuthSecrets = { peppers: [newPepper(now)], jwt_keys: [newSigningJwk(now)] }
  return JSON.stringify(secrets)
}

const signingJwkOf = (each: Readonly<Record<string, unknown>>): StoredSigningJwk => {
  const key: SigningJwk = {
    kty: 'OKP',
    crv: 'Ed25519',
    kid: textOf(each['kid'], 'jwt_keys[].kid'),
    x: key32Of(each['x'], 'jwt_keys[].x'),
    d: key32Of(each['d'], 'jwt_keys[].d'),
  }
  const { x } = createPublicKey(createPrivateKey({ key: { ...key }, format: 'jwk' })).export({ format: 'jwk' })
  if (x !== key.x) throw new Error('jwt_keys[].x is not the public half of its d')
  return { ...key, ...notesOf(each, 'jwt_keys') }
}

/** Reads the stored text. @throws Error naming the wrong member, never its value */
export const readAuthSecrets = (json: string): AuthSecrets => {
  const value = objectOf(json)
  const secrets: AuthSecrets = {
    peppers: storedKeysOf(value['peppers'], 'peppers'),
    jwt_keys: listOf(value['jwt_keys'], 'jwt_keys').map(signingJwkOf),
  }
  checkRing('peppers', secrets.peppers, ({ id }) => id)
  checkRing('jwt_keys', secrets.jwt_keys, ({ kid }) => kid)
  return secrets
}

/** The stored text as what the auth service works with. @throws Error naming the wrong member, never its value */
export const parseAuthSecrets = (json: string): SecretRings => {
  const { peppers, jwt_keys } = readAuthSecrets(json)
  const keys = jwt_keys.map(({ kid, kty, crv, x, d }): SigningJwk => ({ kid, kty, crv, x, d }))
  const made = peppers.map(({ id, secret }): Pepper => ({ id, secret: Buffer.from(secret, 'base64url') }))
  return {
    peppers: ringOf('peppers', made, ({ id }) => id),
    jwtKeys: ringOf('jwt_keys', keys, ({ kid }) => kid),
  }
}
