export { maskApiKey, newApiKey, parseApiKey, type ParsedApiKey } from './api-key.ts'
export { listenerSecret, signatureHeader, signatureToleranceSeconds, verifySignatureHeader } from './stripe-signature.ts'
