import { createHmac } from 'node:crypto'

/** What Standard Webhooks signs with: the bytes that the secret is base64 of, without its prefix. */
const keyOf = (secret: string): Buffer => Buffer.from(secret.replace(/^whsec_/, ''), 'base64')

/**
 * The three headers of Standard Webhooks 1.0 for exactly these payload bytes: `v1,<base64 HMAC-SHA-256 of
 * "id.timestamp.payload">` for each secret. The timestamp in Unix seconds; sign each attempt anew.
 */
export const standardWebhookHeaders = (options: {
  secrets: readonly string[]
  id: string
  timestamp: number
  payload: string
}): Record<'webhook-id' | 'webhook-timestamp' | 'webhook-signature', string> => {
  const { secrets, id, timestamp, payload } = options
  // An id with a full stop could be read as another id and another time.
  if (!/^[\w-]+$/.test(id)) throw new Error('a webhook id has letters, digits, _ and - alone')
  const signed = `${id}.${timestamp}.${payload}`
  const signature = secrets
    .map((secret) => `v1,${createHmac('sha256', keyOf(secret)).update(signed).digest('base64')}`)
    .join(' ')
  return { 'webhook-id': id, 'webhook-timestamp': String(timestamp), 'webhook-signature': signature }
}
