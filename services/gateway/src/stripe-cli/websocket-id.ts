import { createHash, randomBytes } from 'node:crypto'
import { open, seal, type EncryptionKey, type Rotating, type SealedPlace } from '@micro/signing'

const idForm = /^cliws_[\w-]{43}$/

/** A name that nobody guesses: whoever shows it is the session. */
export const newWebSocketId = (random: (size: number) => Buffer = randomBytes): string =>
  `cliws_${random(32).toString('base64url')}`

export const isWebSocketId = (text: string | undefined): text is string => text !== undefined && idForm.test(text)

const digest = (purpose: string, id: string): Buffer =>
  createHash('sha256').update(`micro cli session ${purpose} v1 ${id}`).digest()

/** What is kept of the id: it finds the session, and opens nothing. */
export const hashOf = (id: string): string => digest('name', id).toString('hex')

const keyOf = (id: string): Rotating<EncryptionKey> => ({
  current: { id: 'ws', secret: digest('key', id) },
  previous: [],
})

const placeOf = (id: string): SealedPlace => ({ tenant: '', row: hashOf(id), purpose: 'cli_session_credential' })

/**
 * The API key a session was opened with, sealed under a key made of the session's id. The id itself is kept nowhere, so
 * only a client that shows it makes the credential readable, for as long as it is connected.
 */
export const sealCredential = (id: string, credential: string): string => seal(keyOf(id), placeOf(id), credential)

/** @throws SealError when it was sealed for another id, or changed */
export const openCredential = (id: string, sealed: string): string => open(keyOf(id), placeOf(id), sealed)
