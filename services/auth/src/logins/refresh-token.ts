import { createHash, randomBytes } from 'node:crypto'
import type { Pepper } from '@micro/signing'
import { keyedHash } from '../secrets.ts'

/** A new refresh token: `rt_` + 256 random bits in hex. A bearer secret; only its hash is stored. */
export const newRefreshToken = (): string => `rt_${randomBytes(32).toString('hex')}`

/** What is stored of a refresh token. With 256 bits of randomness a plain hash cannot be searched. */
export const refreshTokenHash = (token: string): Buffer => createHash('sha256').update(token).digest()

/**
 * The token that follows this one. It can be computed only from the token and the pepper together, so a client that
 * asks twice is told the same successor although no successor is ever stored in clear.
 */
export const successorOf = (token: string, pepper: Pepper): string =>
  `rt_${keyedHash(pepper, 'refresh_token', token).toString('hex')}`
