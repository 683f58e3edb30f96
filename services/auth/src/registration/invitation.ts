import { createHash, randomBytes } from 'node:crypto'

/** How long an invitation can be taken up, in ms. */
export const invitationMs = 7 * 24 * 60 * 60 * 1000

/** A new invitation: `inv_` + 256 random bits in hex. Only its hash is stored. */
export const newInvitation = (): string => `inv_${randomBytes(32).toString('hex')}`

/** With 256 bits of randomness a plain hash cannot be searched. */
export const invitationHash = (token: string): Buffer => createHash('sha256').update(token).digest()
