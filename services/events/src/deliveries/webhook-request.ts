import { unixSeconds } from '@micro/kernel'
import { signatureHeader, standardWebhookHeaders } from '@micro/signing'
import type { EventRow } from '../event/event.ts'
import { toWire } from '../event/event.ts'
import { versionFor, type EndpointRow } from '../webhook-endpoints/webhook-endpoint.ts'

/** What is sent to an endpoint. */
export interface WebhookRequest {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

const userAgent = 'Micro/1.0 (webhooks)'

/** An event as an endpoint reads it: like Stripe's, indented by two spaces. */
export const webhookBody = (
  event: EventRow,
  { endpoint, pending }: { endpoint: Pick<EndpointRow, 'api_version'>; pending: number },
): string => JSON.stringify({ ...toWire(event, pending), api_version: versionFor(endpoint) }, null, 2)

/** A request signed at this very moment with every secret that counts; receivers refuse old signatures. */
export const webhookRequest = (options: {
  endpoint: Pick<EndpointRow, 'url' | 'signature'>
  event: { readonly id: string; readonly seq?: bigint }
  body: string
  /** The newest first. */
  secrets: readonly string[]
  attempt: number
  now: Date
}): WebhookRequest => {
  const { endpoint, event, body, secrets, attempt, now } = options
  const timestamp = unixSeconds(now)
  const { signature } = endpoint
  return {
    url: endpoint.url,
    headers: {
      'Content-Type': 'application/json; charset=utf-8',
      'User-Agent': userAgent,
      Accept: '*/*',
      'Cache-Control': 'no-cache',
      // Duplicates and late ones are told by these without reading the body.
      'Micro-Attempt': String(attempt),
      ...(event.seq === undefined ? {} : { 'Micro-Event-Seq': String(event.seq) }),
      ...(signature === 'standard_webhooks'
        ? {}
        : { 'Stripe-Signature': signatureHeader({ secrets, payload: body, timestamp }) }),
      ...(signature === 'stripe' ? {} : standardWebhookHeaders({ secrets, id: event.id, timestamp, payload: body })),
    },
    body,
  }
}
