import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto'
import { unixSeconds } from '@micro/kernel'
import { key32Of, listOf, newSecretId, notesOf, textOf, type StoredNotes } from './stored-secret.ts'

/** A private Ed25519 key as RFC 8037 writes it, with the id that what it signs names it by. */
export interface SigningJwk {
  readonly kty: 'OKP'
  readonly crv: 'Ed25519'
  readonly kid: string
  readonly x: string
  readonly d: string
}

/** The half that may be known to all. */
export type PublicJwk = Omit<SigningJwk, 'd'>

export type StoredSigningJwk = SigningJwk & StoredNotes

export const newStoredJwk = (prefix: string, now: Date): StoredSigningJwk => {
  const { x = '', d = '' } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' })
  return { kty: 'OKP', crv: 'Ed25519', kid: newSecretId(prefix), x, d, created: unixSeconds(now) }
}

/** Without what is noted about it. */
export const plainJwk = ({ kid, kty, crv, x, d }: SigningJwk): SigningJwk => ({ kid, kty, crv, x, d })

/** @throws Error naming the wrong member of the list `name`, never its value */
export const storedJwksOf = (value: unknown, name: string): readonly StoredSigningJwk[] =>
  listOf(value, name).map((each) => {
    const key: SigningJwk = {
      kty: 'OKP',
      crv: 'Ed25519',
      kid: textOf(each['kid'], `${name}[].kid`),
      x: key32Of(each['x'], `${name}[].x`),
      d: key32Of(each['d'], `${name}[].d`),
    }
    const { x } = createPublicKey(createPrivateKey({ key: { ...key }, format: 'jwk' })).export({ format: 'jwk' })
    if (x !== key.x) throw new Error(`${name}[].x is not the public half of its d`)
    return { ...key, ...notesOf(each, name) }
  })
