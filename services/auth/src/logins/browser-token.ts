import { createHash, randomBytes } from 'node:crypto'

/** What a browser's cookie holds: `bs_` + 256 random bits in hex. A bearer secret; only its hash is stored. */
export const newBrowserToken = (): string => `bs_${randomBytes(32).toString('hex')}`

/** What is stored of it. With 256 bits of randomness a plain hash cannot be searched. */
export const browserTokenHash = (token: string): Buffer => createHash('sha256').update(token).digest()
