import { parseTimestamp, type Clock, type NewId } from '@micro/kernel'
import type { Database } from '@micro/postgres'
import type { Logger } from '@micro/service'
import { SealError, type EncryptionKey, type Rotating } from '@micro/signing'
import type { EventRow } from '../event/event.ts'
import { versionFor } from '../webhook-endpoints/webhook-endpoint.ts'
import { goneStatus, outcomeOf } from './attempt.ts'
import type { createAttemptMetrics } from './attempt-metrics.ts'
import type { AttemptRow } from './delivery.ts'
import type { DisableEndpoint } from './disable.work.ts'
import { giveBack, type LeasedRow } from './queue.store.ts'
import type { RecordResult } from './recorder.work.ts'
import { isBeyondHope } from './schedule.ts'
import { secretsOf } from './secrets-of.ts'
import type { Send, SendResult } from './send.work.ts'
import { webhookBody, webhookRequest, type WebhookRequest } from './webhook-request.ts'

export interface AttemptDependencies {
  readonly db: Database
  readonly clock: Clock
  readonly newId: NewId
  readonly log: Logger
  readonly send: Send
  readonly record: RecordResult
  readonly disable: DisableEndpoint
  readonly count: ReturnType<typeof createAttemptMetrics>
  readonly encryptionKeys: Rotating<EncryptionKey> | undefined
  /** From 0 up to 1. */
  readonly random: () => number
}

const eventOf = (row: LeasedRow): EventRow => ({
  merchant: row.merchant,
  mode: row.mode,
  ...row.event,
  seq: row.event_seq,
  created_at: row.event_created_at,
  object: row.event_object,
})

const cannotSign: SendResult = {
  status: null,
  error: 'Micro cannot open the secret to sign with: its operator has to look',
  response: null,
  retryAfter: null,
  durationMs: 0,
  interrupted: false,
}

/** Never kept: a signature and its time are worth as much as the secret for a while, to whoever reads the log. */
const withoutSignatures = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      /signature/i.test(name) ? value.replaceAll(/(v1[=,])[\w+/=]+/g, '$1[redacted]') : value,
    ]),
  )

/** Makes one request for a delivery that is leased, and records what it came to. */
export const createAttempt = (deps: AttemptDependencies) => {
  const { db, clock, newId, log, send, count } = deps

  const requestFor = (row: LeasedRow, now: Date): WebhookRequest => {
    const { previous_secret_until: until, ...endpoint } = row.endpoint
    const { merchant, mode } = row
    const place = {
      merchant,
      mode,
      ...endpoint,
      previous_secret_until: until === null ? null : (parseTimestamp(until) ?? null),
    }
    return webhookRequest({
      endpoint,
      event: { id: row.event.id, seq: row.event_seq },
      body: webhookBody(eventOf(row), { endpoint, pending: Number(row.pending) }),
      secrets: secretsOf(deps.encryptionKeys, place, now),
      attempt: row.attempts + 1,
      now,
    })
  }

  /** Undefined when nothing can be signed: what is not signed is not sent. */
  const signed = (row: LeasedRow, now: Date): WebhookRequest | undefined => {
    try {
      return requestFor(row, now)
    } catch (err) {
      if (!(err instanceof SealError)) throw err
      log.error({ err, endpoint: row.endpoint.id }, 'webhook.cannot_sign')
      return undefined
    }
  }

  const attemptOf = (
    row: LeasedRow,
    request: WebhookRequest | undefined,
    { result, startedAt }: { result: SendResult; startedAt: Date },
  ): AttemptRow => ({
    merchant: row.merchant,
    mode: row.mode,
    id: newId('webhook_attempt'),
    delivery: row.id,
    endpoint: row.endpoint.id,
    number: row.attempts + 1,
    manual: row.manual,
    api_version: versionFor(row.endpoint),
    pending: Number(row.pending),
    url: row.endpoint.url,
    request_headers: withoutSignatures(request?.headers ?? {}),
    status: result.status,
    error: result.error,
    response_headers: result.response && { ...result.response.headers },
    response_body: result.response && result.response.body,
    response_truncated: result.response && result.response.truncated,
    duration_ms: result.durationMs,
    started_at: startedAt,
  })

  return async (row: LeasedRow, lease: string, signal: AbortSignal): Promise<void> => {
    const startedAt = clock.now()
    const request = signed(row, startedAt)
    const { mode, endpoint } = row
    const options = { mode, endpoint: endpoint.id, timeoutMs: endpoint.timeout_seconds * 1000, signal }
    const result = request === undefined ? cannotSign : await send(request, options)
    const facts = {
      merchant: row.merchant,
      mode: row.mode,
      endpoint: row.endpoint.id,
      delivery: row.id,
      event: row.event.id,
      type: row.event.type,
      seq: Number(row.event_seq),
      attempt: row.attempts + 1,
      status: result.status,
      ms: result.durationMs,
    }
    if (result.interrupted) {
      await giveBack(db.sql, row, { id: row.id, lease })
      count.attempted('interrupted', result)
      log.info(facts, 'webhook.interrupted')
      return
    }
    const now = clock.now()
    const outcome = outcomeOf(row, result, { now, random: deps.random() })
    const attempt = attemptOf(row, request, { result, startedAt })
    const failing = await deps.record({ row, lease, attempt, outcome, now })
    const word = outcome.status === 'pending' ? 'failed' : outcome.status === 'failed' ? 'given_up' : 'delivered'
    count.attempted(word, result)
    log.info({ ...facts, outcome: word, error: result.error, next: outcome.next_attempt_at }, 'webhook.attempted')
    if (result.status === goneStatus) await deps.disable(row, row.endpoint.id, 'gone')
    else if (failing !== undefined && isBeyondHope(failing, now)) await deps.disable(row, row.endpoint.id, 'failing')
  }
}

export type Attempt = ReturnType<typeof createAttempt>
