/**
 * A checkpoint: what a ledger said of one book at one moment, signed, for keeping outside of it. The form is a compact
 * JWS (RFC 7515) with EdDSA, so that any JOSE library and the public key check it without Micro.
 */
import { createPrivateKey, createPublicKey, sign, verify, type KeyObject } from 'node:crypto'
import { everyOf, type Rotating } from './ring.ts'
import type { PublicJwk, SigningJwk } from './stored-jwk.ts'

/** The head of a book: up to `seq` its history is what `hash` says, or it was changed. */
export interface Checkpoint {
  readonly merchant: string
  readonly mode: 'test' | 'live'
  readonly seq: bigint
  /** SHA-256 of the transaction at `seq` in the book's chain, in hex. */
  readonly hash: string
  /** When that transaction was recorded, and when this was signed: Unix seconds. */
  readonly recorded: number
  readonly created: number
}

const type = 'micro-checkpoint+jws' // no other kind of signed text is ever taken for one of these
const algorithm = 'EdDSA'
/** A merchant's id has up to 255 characters of up to 4 bytes. */
export const checkpointLengthMax = 2_048
const compactForm = /^([\w-]+)\.([\w-]+)\.([\w-]+)$/
const hashForm = /^[0-9a-f]{64}$/

const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')

const objectIn = (part: string): Readonly<Record<string, unknown>> => {
  const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString())
  return value !== null && typeof value === 'object' ? (value as Record<string, unknown>) : {}
}

const isSeconds = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0

const checkpointIn = (part: string): Checkpoint | undefined => {
  const { merchant, mode, seq, hash, recorded, created } = objectIn(part)
  if (typeof merchant !== 'string' || (mode !== 'test' && mode !== 'live')) return undefined
  if (typeof seq !== 'string' || !/^[1-9]\d{0,18}$/.test(seq)) return undefined
  if (typeof hash !== 'string' || !hashForm.test(hash)) return undefined
  if (!isSeconds(recorded) || !isSeconds(created)) return undefined
  return { merchant, mode, seq: BigInt(seq), hash, recorded, created }
}

/** Whether a signed text says that it is a checkpoint, which is no secret; nothing in it is believed for that. */
export const saysCheckpoint = (token: string): boolean => {
  try {
    return objectIn(compactForm.exec(token)?.[1] ?? '')['typ'] === type
  } catch {
    return false
  }
}

/** Who is believed: the public half of a key. */
export const publicJwk = ({ kty, crv, kid, x }: PublicJwk): PublicJwk => ({ kty, crv, kid, x })

export interface CheckpointSigner {
  /** The id of the key that signs. */
  readonly keyId: string
  sign(checkpoint: Checkpoint): string
}

/** Signs with the ring's current key. */
export const createCheckpointSigner = ({ current }: Rotating<SigningJwk>): CheckpointSigner => {
  const key = createPrivateKey({ key: { ...current }, format: 'jwk' })
  const header = encoded({ alg: algorithm, kid: current.kid, typ: type })
  return {
    keyId: current.kid,
    sign({ merchant, mode, seq, hash, recorded, created }) {
      // Text: a seq may pass what every reader's numbers hold.
      const signed = `${header}.${encoded({ merchant, mode, seq: String(seq), hash, recorded, created })}`
      return `${signed}.${sign(null, Buffer.from(signed), key).toString('base64url')}`
    },
  }
}

export type CheckpointReading =
  | { readonly checkpoint: Checkpoint; readonly keyId: string }
  /** malformed: no checkpoint at all; unknown_key: nobody here knows its key; forged: its signature is not of that key. */
  | { readonly refused: 'malformed' | 'unknown_key' | 'forged' }

export type CheckpointReader = (token: string) => CheckpointReading

/** Reads what one of these keys signed, and believes nothing else. Never throws. */
export const createCheckpointReader = (keys: readonly PublicJwk[]): CheckpointReader => {
  const known = new Map<string, KeyObject>(
    keys.map((key) => [key.kid, createPublicKey({ key: publicJwk(key), format: 'jwk' })]),
  )
  const read = (token: string): CheckpointReading => {
    const [, header = '', payload = '', signature = ''] = compactForm.exec(token) ?? []
    const { alg, kid, typ, ...rest } = objectIn(header)
    // A header that names keys or extensions is not one of ours, whatever it says.
    if (alg !== algorithm || typ !== type || typeof kid !== 'string' || Object.keys(rest).length > 0)
      return { refused: 'malformed' }
    const checkpoint = checkpointIn(payload)
    if (checkpoint === undefined) return { refused: 'malformed' }
    const key = known.get(kid)
    if (key === undefined) return { refused: 'unknown_key' }
    const holds = verify(null, Buffer.from(`${header}.${payload}`), key, Buffer.from(signature, 'base64url'))
    return holds ? { checkpoint, keyId: kid } : { refused: 'forged' }
  }
  return (token) => {
    try {
      return token.length > checkpointLengthMax ? { refused: 'malformed' } : read(token)
    } catch {
      return { refused: 'malformed' }
    }
  }
}

/** The ring's public halves, the current one first. */
export const publicKeysOf = (ring: Rotating<SigningJwk>): readonly PublicJwk[] => everyOf(ring).map(publicJwk)
