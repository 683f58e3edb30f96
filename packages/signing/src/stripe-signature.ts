import { createHmac, timingSafeEqual } from 'node:crypto'

/** How long a signature counts after its timestamp, in seconds; the same default as Stripe's libraries. */
export const signatureToleranceSeconds = 300

const mac = (secret: string, timestamp: number, payload: string): string =>
  createHmac('sha256', secret).update(`${timestamp}.${payload}`).digest('hex')

/**
 * The `Stripe-Signature` header for exactly these payload bytes: `t=<unix seconds>,v1=<hex HMAC-SHA-256 of "t.payload">`.
 * The whole secret, `whsec_` included, is the HMAC key. Sign each attempt anew: receivers refuse old timestamps.
 */
export const signatureHeader = (options: { secrets: readonly string[]; payload: string; timestamp: number }): string =>
  [
    `t=${options.timestamp}`,
    ...options.secrets.map((secret) => `v1=${mac(secret, options.timestamp, options.payload)}`),
  ].join(',')

/** True when any v1 signature of the header fits the payload and its timestamp is not older than the tolerance. */
export const verifySignatureHeader = (options: {
  header: string
  payload: string
  secret: string
  now: number
  toleranceSeconds?: number
}): boolean => {
  const parts = options.header.split(',').map((part) => part.split('='))
  const timestamp = Number(parts.find(([name]) => name === 't')?.[1])
  if (!Number.isInteger(timestamp)) return false
  if (options.now - timestamp > (options.toleranceSeconds ?? signatureToleranceSeconds)) return false
  const expected = Buffer.from(mac(options.secret, timestamp, options.payload), 'hex')
  return parts.some(([name, value]) => {
    if (name !== 'v1' || value === undefined || !/^[0-9a-f]{64}$/.test(value)) return false
    return timingSafeEqual(expected, Buffer.from(value, 'hex'))
  })
}

/** A listener's endpoint secret: derived from its API key, so that it stays the same over restarts. */
export const listenerSecret = (apiKey: string): string =>
  `whsec_${createHmac('sha256', apiKey).update('micro listen endpoint secret v1').digest('hex')}`
