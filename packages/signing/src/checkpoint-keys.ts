import { ringOf, type Rotating } from './ring.ts'
import { newStoredJwk, plainJwk, storedJwksOf, type SigningJwk, type StoredSigningJwk } from './stored-jwk.ts'
import { checkRing, objectOf } from './stored-secret.ts'

/** Signs the ledger's checkpoints. What is kept as JSON: the newest key stands first. */
export interface CheckpointKeys {
  readonly keys: readonly StoredSigningJwk[]
}

export const newCheckpointKey = (now: Date): StoredSigningJwk => newStoredJwk('cpk', now)

/**
 * A fresh ring, as JSON text. Whoever has it can sign a history that never was; without it checkpoints that were
 * signed can still be checked by whoever kept the public half.
 */
export const createCheckpointKeys = (now: Date): string => {
  const ring: CheckpointKeys = { keys: [newCheckpointKey(now)] }
  return JSON.stringify(ring)
}

/** Reads the stored text. @throws Error naming the wrong member, never its value */
export const readCheckpointKeys = (json: string): CheckpointKeys => {
  const keys = storedJwksOf(objectOf(json)['keys'], 'keys')
  checkRing('keys', keys, ({ kid }) => kid)
  return { keys }
}

/** The stored text as what signs and checks. @throws Error naming the wrong member, never its value */
export const parseCheckpointKeys = (json: string): Rotating<SigningJwk> =>
  ringOf('keys', readCheckpointKeys(json).keys.map(plainJwk), ({ kid }) => kid)
