import { generateKeyPairSync, randomBytes } from 'node:crypto'
import type { TokenPrivateKey, TokenPublicKey } from './internal-token.ts'

/** A new key for one service to sign its internal tokens with. Keep it where only that service can read it. */
export const newTokenKey = (service: string): TokenPrivateKey => {
  const { x = '', d = '' } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' })
  return { kty: 'OKP', crv: 'Ed25519', kid: `${service}_${randomBytes(6).toString('hex')}`, x, d }
}

/** The half of a key that every service this one calls is given. */
export const publicTokenKey = ({ kty, crv, kid, x }: TokenPrivateKey): TokenPublicKey => ({ kty, crv, kid, x })
