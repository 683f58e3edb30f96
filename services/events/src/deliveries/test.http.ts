import { apiVersion, type webhookEndpointsApi } from '@micro/contracts'
import { Fault, type Clock, type NewId } from '@micro/kernel'
import type { Database } from '@micro/postgres'
import type { Handlers, Logger } from '@micro/service'
import type { EncryptionKey, Rotating } from '@micro/signing'
import type { EventRow } from '../event/event.ts'
import { endpointToWire } from '../webhook-endpoints/webhook-endpoint.ts'
import { foundEndpoint } from '../webhook-endpoints/webhook-endpoint.http.ts'
import { resultToWire } from './delivery.ts'
import { secretsOf } from './secrets-of.ts'
import type { Send } from './send.work.ts'
import { webhookBody, webhookRequest } from './webhook-request.ts'

const pingType = 'webhook_endpoint.ping'

/** Sends an event that is none, to see whether an endpoint answers and believes the signature. */
export const testHandlers = (deps: {
  db: Database
  clock: Clock
  newId: NewId
  log: Logger
  send: Send
  encryptionKeys: Rotating<EncryptionKey> | undefined
}): Handlers<Pick<typeof webhookEndpointsApi, 'testWebhookEndpoint'>> => ({
  async testWebhookEndpoint({ principal: { merchant, mode }, params }) {
    const { db, clock, newId, send, log, encryptionKeys: keys } = deps
    const endpoint = await foundEndpoint(db.sql, { merchant, mode }, params.id)
    if (keys === undefined) throw new Fault('encryption_not_configured')
    const now = clock.now()
    const event: EventRow = {
      merchant,
      mode,
      seq: 0n,
      id: newId('event'),
      type: pingType,
      api_version: apiVersion,
      created_at: now,
      request_id: null,
      idempotency_key: null,
      object: { ...endpointToWire(endpoint, now) },
    }
    const request = webhookRequest({
      endpoint,
      event: { id: event.id },
      body: webhookBody(event, { endpoint, pending: 1 }),
      secrets: secretsOf(keys, endpoint, now),
      attempt: 1,
      now,
    })
    const result = await send(request, { mode, endpoint: endpoint.id, timeoutMs: endpoint.timeout_seconds * 1000 })
    log.info(
      { merchant, mode, endpoint: endpoint.id, status: result.status, ms: result.durationMs, error: result.error },
      'webhook.tested',
    )
    return {
      object: 'webhook_test',
      webhook_endpoint: endpoint.id,
      event_type: pingType,
      livemode: mode === 'live',
      result: resultToWire(result),
    }
  },
})
