export { maskApiKey, newApiKey, parseApiKey, type ParsedApiKey } from './api-key.ts'
export {
  createTokenSigner,
  createTokenVerifier,
  type TokenPrivateKey,
  type TokenPublicKey,
  type TokenSigner,
  type TokenVerifier,
  type VerifiedToken,
} from './internal-token.ts'
export { newTokenKey, publicTokenKey } from './token-key.ts'
export {
  listenerSecret,
  signatureHeader,
  signatureToleranceSeconds,
  verifySignatureHeader,
} from './stripe-signature.ts'
