import { randomBytes } from 'node:crypto'

const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
/** 190 bits. Being letters and digits alone, 32 of them are also base64 of 24 bytes, as Standard Webhooks wants it. */
const secretDigits = 32

/** A new secret of a webhook endpoint: `whsec_` + 32 random base62 characters, for both ways of signing. */
export const newEndpointSecret = (): string => {
  let text = ''
  while (text.length < secretDigits) {
    // Bytes of 248 and up would make some digits likelier.
    for (const byte of randomBytes(48)) if (byte < 248 && text.length < secretDigits) text += digits[byte % 62]
  }
  return `whsec_${text}`
}
