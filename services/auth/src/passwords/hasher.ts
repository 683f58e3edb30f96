import { hash, verify } from '@node-rs/argon2'

/** Turns passwords into what may be stored, and checks them against it. */
export interface Hasher {
  hash(password: string): Promise<string>
  verify(stored: string, password: string): Promise<boolean>
}

/** Argon2id's first recommended parameters of the OWASP Password Storage Cheat Sheet; memory in KiB. */
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const

// NIST SP 800-63B: normalise, so that one password typed on two keyboards is one password.
const normalized = (password: string): string => password.normalize('NFKC')

/** The library's default algorithm is Argon2id; a test holds it to that. */
export const argon2Hasher: Hasher = {
  hash: (password) => hash(normalized(password), cost),
  verify: (stored, password) => verify(stored, normalized(password)),
}

/**
 * Stands in for the hash of a user who does not exist, so that a wrong email takes as long as a wrong password.
 * Same cost; its digest is all zeros, which no password is known to give.
 */
export const nobodysHash = `$argon2id$v=19$m=${cost.memoryCost},t=${cost.timeCost},p=1$${'A'.repeat(22)}$${'A'.repeat(43)}`
