import { apiVersion, type Event } from '@micro/contracts'
import { signatureHeader } from '@micro/signing'
import { writtenOnce } from '../stream/written-once.ts'

/** What the client sends that says anything to us: it has taken a message. Everything else is a report of its own doings. */
export interface Acknowledgement {
  readonly type: 'event_ack'
  readonly eventId: string
  readonly conversation: string
}

const headers = {
  Accept: '*/*; q=0.5, application/xml',
  'Cache-Control': 'no-cache',
  'Content-Type': 'application/json; charset=utf-8',
  'User-Agent': 'Stripe/1.0 (+https://stripe.com/docs/webhooks)',
}

/** The listeners of one event: by the account's version of the API, and by the newest, which is what `--latest` shows. */
export const copies = [null, apiVersion] as const

/** What is posted, and the same as a text within a message. */
const payloadOf = writtenOnce(({ event }: { readonly event: Event }) => {
  const payload = JSON.stringify(event, undefined, 2)
  return { payload, quoted: JSON.stringify(payload) }
})

/**
 * One event for the command line to forward. `payload` is what it posts, byte for byte, so it is what is signed; `now` in
 * Unix seconds, since receivers refuse old signatures.
 */
export const webhookMessage = (options: {
  event: Event
  version: string | null
  conversation: string
  webhook: string
  secret: string
  now: number
}): string => {
  const { secret, now } = options
  const { payload, quoted } = payloadOf(options)
  const rest = JSON.stringify({
    type: 'webhook_event',
    webhook_id: options.webhook,
    webhook_conversation_id: options.conversation,
    endpoint: { api_version: options.version },
    http_headers: {
      ...headers,
      'Stripe-Signature': signatureHeader({ secrets: [secret], payload, timestamp: now }),
    },
  })
  return `{"event_payload":${quoted},${rest.slice(1)}`
}

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

/** Reads what the client sent: an acknowledgement, `report` for anything else it may say, undefined for what is no message. */
export const readMessage = (text: string): Acknowledgement | 'report' | undefined => {
  const message = parse(text)
  if (message === null || typeof message !== 'object') return undefined
  const { type, event_id: eventId, webhook_conversation_id: conversation } = message as Record<string, unknown>
  if (typeof type !== 'string') return undefined
  if (type !== 'event_ack') return 'report'
  return typeof eventId === 'string' && typeof conversation === 'string' ? { type, eventId, conversation } : undefined
}
