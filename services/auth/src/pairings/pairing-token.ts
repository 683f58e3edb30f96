import { createHash, randomBytes } from 'node:crypto'

/** What a device asks with; only its hash is kept. */
export const newPairingToken = (): string => `pairt_${randomBytes(32).toString('base64url')}`

export const tokenHash = (token: string): Buffer => createHash('sha256').update(token).digest()
