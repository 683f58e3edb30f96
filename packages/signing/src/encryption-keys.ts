import { unixSeconds } from '@micro/kernel'
import { ringOf, type Rotating } from './ring.ts'
import { checkRing, newStoredKey, objectOf, storedKeysOf, type StoredKey } from './stored-secret.ts'

/** Seals what is stored but must be read again: processor keys, endpoint secrets. 32 bytes. */
export interface EncryptionKey {
  readonly id: string
  readonly secret: Buffer
}

/** What is kept as JSON: the newest key stands first. */
export interface EncryptionKeys {
  readonly keys: readonly StoredKey[]
}

export const newEncryptionKey = (now: Date): StoredKey => newStoredKey('enc', unixSeconds(now))

/** A fresh ring, as JSON text. Without it what it sealed is lost: it belongs into every backup, apart from the data. */
export const createEncryptionKeys = (now: Date): string => {
  const ring: EncryptionKeys = { keys: [newEncryptionKey(now)] }
  return JSON.stringify(ring)
}

/** Reads the stored text. @throws Error naming the wrong member, never its value */
export const readEncryptionKeys = (json: string): EncryptionKeys => {
  const keys = storedKeysOf(objectOf(json)['keys'], 'keys')
  checkRing('keys', keys, ({ id }) => id)
  return { keys }
}

/** The stored text as what seals and opens. @throws Error naming the wrong member, never its value */
export const parseEncryptionKeys = (json: string): Rotating<EncryptionKey> =>
  ringOf(
    'keys',
    readEncryptionKeys(json).keys.map(({ id, secret }) => ({ id, secret: Buffer.from(secret, 'base64url') })),
    ({ id }) => id,
  )
