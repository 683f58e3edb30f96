export { maskApiKey, newApiKey, parseApiKey, type ParsedApiKey } from './api-key.ts'
export {
  createAuthSecrets,
  newPepper,
  newSigningJwk,
  parseAuthSecrets,
  readAuthSecrets,
  type AuthSecrets,
  type Pepper,
  type SecretRings,
} from './auth-secrets.ts'
export {
  checkpointLengthMax,
  createCheckpointReader,
  createCheckpointSigner,
  publicKeysOf,
  saysCheckpoint,
  type Checkpoint,
  type CheckpointReader,
  type CheckpointReading,
  type CheckpointSigner,
} from './checkpoint.ts'
export {
  createCheckpointKeys,
  newCheckpointKey,
  parseCheckpointKeys,
  readCheckpointKeys,
  type CheckpointKeys,
} from './checkpoint-keys.ts'
export {
  createEncryptionKeys,
  newEncryptionKey,
  parseEncryptionKeys,
  readEncryptionKeys,
  type EncryptionKey,
  type EncryptionKeys,
} from './encryption-keys.ts'
export { newEndpointSecret } from './endpoint-secret.ts'
export {
  createTokenSigner,
  createTokenVerifier,
  type TokenPrivateKey,
  type TokenPublicKey,
  type TokenSigner,
  type TokenVerifier,
  type VerifiedToken,
} from './internal-token.ts'
export { everyOf, type Rotating } from './ring.ts'
export { isSealedUnderCurrent, open, seal, SealError, type SealedPlace } from './sealed.ts'
export { newTokenKey, publicTokenKey } from './token-key.ts'
export type { PublicJwk, SigningJwk } from './stored-jwk.ts'
export type { StoredNotes } from './stored-secret.ts'
export { standardWebhookHeaders } from './standard-webhooks.ts'
export {
  listenerSecret,
  signatureHeader,
  signatureToleranceSeconds,
  verifySignatureHeader,
} from './stripe-signature.ts'
