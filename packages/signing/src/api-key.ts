import { randomBytes } from 'node:crypto'
import { crc32 } from 'node:zlib'

const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const secretDigits = 32 // 190 bits
const checksumDigits = 6 // 62^6 > 2^32

/** `sk`, a secret key, may do everything; `rk`, a restricted one, what it was given; `pk`, a publishable one, what browsers may. */
type ApiKeyType = 'sk' | 'rk' | 'pk'

/** An API key taken apart. The text is a bearer secret, a publishable one's excepted: hash it, never store or log it. */
export interface ParsedApiKey {
  readonly type: ApiKeyType
  readonly mode: 'test' | 'live'
}

const toBase62 = (value: number, length: number): string => {
  let text = ''
  for (let rest = value; text.length < length; rest = Math.floor(rest / 62)) text = digits[rest % 62] + text
  return text
}

const checksum = (text: string): string => toBase62(crc32(text) >>> 0, checksumDigits)

/** A new key: `sk_<mode>_`, `rk_<mode>_` or `pk_<mode>_` + 32 random base62 characters + a 6 character checksum over all before it. */
export const newApiKey = (mode: 'test' | 'live', type: ApiKeyType = 'sk'): string => {
  let body = ''
  while (body.length < secretDigits) {
    // Bytes of 248 and up would make some digits likelier.
    for (const byte of randomBytes(64)) if (byte < 248 && body.length < secretDigits) body += digits[byte % 62]
  }
  const text = `${type}_${mode}_${body}`
  return text + checksum(text)
}

/** Reads a key's form and checksum, so that typos and guesses cost no look-up; undefined when it is no key of ours. */
export const parseApiKey = (text: string): ParsedApiKey | undefined => {
  const match = /^(sk|rk|pk)_(test|live)_[0-9A-Za-z]{38}$/.exec(text)
  if (match === null || checksum(text.slice(0, -checksumDigits)) !== text.slice(-checksumDigits)) return undefined
  return { type: match[1] as ApiKeyType, mode: match[2] as 'test' | 'live' }
}

/** How a key may be shown in messages and lists: its first parts and last four characters. */
export const maskApiKey = (text: string): string => {
  const head = /^[a-z]{2}_(test|live)_/.exec(text)?.[0] ?? ''
  return `${head}${'*'.repeat(4)}${text.length > 12 ? text.slice(-4) : ''}`
}
