import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import type { EncryptionKey } from './encryption-keys.ts'
import { everyOf, type Rotating } from './ring.ts'

/** Where a sealed text belongs; it opens nowhere else. */
export interface SealedPlace {
  /** The merchant and mode it is kept for, `acct_…/test`; whatever tells tenants apart. */
  readonly tenant: string
  /** The id of the row it is kept in. */
  readonly row: string
  /** What it is, such as `endpoint_secret`: two columns of one row are two places. */
  readonly purpose: string
}

/** A sealed text that cannot be opened; the message never holds any of it. */
export class SealError extends Error {
  override name = 'SealError'
}

const algorithm = 'aes-256-gcm'
const version = 's1'
/** Random for each text: with 96 bits one key seals 2^32 texts before a repeat becomes likelier than 2^-33. */
const nonceBytes = 12
const tagBytes = 16
const form = /^s1\.(\w+)\.([\w-]+)$/

// Authenticated, not stored: as JSON no choice of names makes two places look alike.
const placeBytes = (keyId: string, { tenant, row, purpose }: SealedPlace): Buffer =>
  Buffer.from(JSON.stringify([version, keyId, tenant, row, purpose]))

/**
 * Encrypts under the current key with AES-256-GCM: `s1.<key id>.<nonce, ciphertext and tag in base64url>`. Of the text
 * only its length can be told.
 */
export const seal = ({ current }: Rotating<EncryptionKey>, place: SealedPlace, text: string): string => {
  const nonce = randomBytes(nonceBytes)
  const cipher = createCipheriv(algorithm, current.secret, nonce, { authTagLength: tagBytes })
  cipher.setAAD(placeBytes(current.id, place))
  const sealed = Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()])
  return `${version}.${current.id}.${sealed.toString('base64url')}`
}

const keyIdOf = (sealed: string): string => form.exec(sealed)?.[1] ?? ''

/** Opens what `seal` made for this very place. @throws SealError for anything else, and when its key is gone */
export const open = (keys: Rotating<EncryptionKey>, place: SealedPlace, sealed: string): string => {
  const text = form.exec(sealed)?.[2] ?? ''
  const body = Buffer.from(text, 'base64url')
  // The last character has bits to spare: only one way to write them is ours.
  if (body.length < nonceBytes + tagBytes || body.toString('base64url') !== text)
    throw new SealError('this is no sealed text')
  const key = everyOf(keys).find(({ id }) => id === keyIdOf(sealed))
  if (key === undefined) throw new SealError(`the key ${keyIdOf(sealed)} that sealed this is not there`)
  const decipher = createDecipheriv(algorithm, key.secret, body.subarray(0, nonceBytes), { authTagLength: tagBytes })
  decipher.setAAD(placeBytes(key.id, place))
  decipher.setAuthTag(body.subarray(-tagBytes))
  try {
    const opened = Buffer.concat([decipher.update(body.subarray(nonceBytes, -tagBytes)), decipher.final()])
    return opened.toString('utf8')
  } catch (cause) {
    throw new SealError('this was sealed for another place, or changed', { cause })
  }
}

/** False for what should be opened and sealed anew, so that an earlier key can go. */
export const isSealedUnderCurrent = ({ current }: Rotating<EncryptionKey>, sealed: string): boolean =>
  keyIdOf(sealed) === current.id
