import type { Tenant, WebhookAttempt, WebhookDelivery, WebhookDeliveryStatus } from '@micro/contracts'
import { unixSeconds } from '@micro/kernel'
import type { SendResult } from './send.work.ts'

/** A delivery as its row has it. */
export interface DeliveryRow extends Tenant {
  readonly id: string
  readonly endpoint: string
  readonly seq: bigint
  readonly event: string
  readonly event_type: string
  readonly status: WebhookDeliveryStatus
  readonly attempts: number
  readonly tries: number
  readonly manual: boolean
  readonly next_attempt_at: Date | null
  readonly last_status: number | null
  readonly last_error: string | null
  readonly created_at: Date
  readonly delivered_at: Date | null
}

/** A request as its row has it. */
export interface AttemptRow extends Tenant {
  readonly id: string
  readonly delivery: string
  readonly endpoint: string
  readonly number: number
  readonly manual: boolean
  readonly api_version: string
  readonly pending: number
  readonly url: string
  readonly request_headers: Record<string, string>
  readonly status: number | null
  readonly error: string | null
  readonly response_headers: Record<string, string> | null
  readonly response_body: string | null
  readonly response_truncated: boolean | null
  readonly duration_ms: number
  readonly started_at: Date
}

export const deliveryToWire = (delivery: DeliveryRow): WebhookDelivery => ({
  id: delivery.id,
  object: 'webhook_delivery',
  attempts: delivery.attempts,
  created: unixSeconds(delivery.created_at),
  delivered: delivery.delivered_at && unixSeconds(delivery.delivered_at),
  event: delivery.event,
  event_type: delivery.event_type,
  last_error: delivery.last_error,
  last_status: delivery.last_status,
  livemode: delivery.mode === 'live',
  next_attempt: delivery.next_attempt_at && unixSeconds(delivery.next_attempt_at),
  seq: Number(delivery.seq),
  status: delivery.status,
  webhook_endpoint: delivery.endpoint,
})

/** What a request came to, in public. */
export const resultToWire = (result: Pick<SendResult, 'status' | 'error' | 'response' | 'durationMs'>) => ({
  delivered: result.error === null,
  status: result.status,
  error: result.error,
  duration_ms: result.durationMs,
  response: result.response && { ...result.response, headers: { ...result.response.headers } },
})

/** @param body what was sent; null where it is not for whoever asks */
export const attemptToWire = (attempt: AttemptRow, body: string | null): WebhookAttempt => ({
  id: attempt.id,
  object: 'webhook_attempt',
  created: unixSeconds(attempt.started_at),
  livemode: attempt.mode === 'live',
  manual: attempt.manual,
  number: attempt.number,
  request: { url: attempt.url, headers: attempt.request_headers, body },
  result: resultToWire({
    status: attempt.status,
    error: attempt.error,
    durationMs: attempt.duration_ms,
    response: attempt.response_headers && {
      headers: attempt.response_headers,
      body: attempt.response_body ?? '',
      truncated: attempt.response_truncated ?? false,
    },
  }),
  webhook_delivery: attempt.delivery,
})
