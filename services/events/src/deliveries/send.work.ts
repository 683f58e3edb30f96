import type { Mode } from '@micro/contracts'
import { monotonicMs } from '@micro/kernel'
import { redactText } from '@micro/service'
import { request, type Dispatcher } from 'undici'
import { AddressRefusedError, type Guard } from '../addresses/guard.ts'
import type { WebhookRequest } from './webhook-request.ts'

/** What an endpoint answered, as far as it is kept. */
export interface WebhookResponse {
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly truncated: boolean
}

/** What a request came to. */
export interface SendResult {
  /** null: no answer. */
  readonly status: number | null
  /** Why it does not count as delivered; null when it does. */
  readonly error: string | null
  readonly response: WebhookResponse | null
  readonly retryAfter: string | null
  readonly durationMs: number
  /** It was given up by whoever sent it, and says nothing of the endpoint. */
  readonly interrupted: boolean
}

export type Send = (
  request: WebhookRequest,
  options: { mode: Mode; endpoint: string; timeoutMs: number; signal?: AbortSignal },
) => Promise<SendResult>

/** How much of an answer is read, and kept. */
export const responseBytesMax = 16 * 1024
/** How long it is read once the status is known. Until then nothing is settled, and the request takes up room. */
const bodyMsMax = 2_000
const headersMax = 50
const headerNameCharsMax = 100
const headerValueCharsMax = 500

/** As PostgreSQL can keep it, without what nobody should keep. */
const kept = (text: string): string => redactText(text.replaceAll('\0', '\ufffd'))

const keptHeaders = (headers: Dispatcher.ResponseData['headers']): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers)
      .slice(0, headersMax)
      .map(([name, value]) => [
        kept(name.slice(0, headerNameCharsMax)),
        name === 'set-cookie' ? '[redacted]' : kept(String(value).slice(0, headerValueCharsMax)),
      ]),
  )

/** Reads no more than is kept, nor for long: of what comes in drops, or never ends, counts what was read by then. */
const readBody = async (
  body: Dispatcher.ResponseData['body'],
): Promise<Pick<WebhookResponse, 'body' | 'truncated'>> => {
  const chunks: Buffer[] = []
  let size = 0
  let whole = true
  const late = setTimeout(() => body.destroy(), bodyMsMax)
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      chunks.push(chunk)
      size += chunk.length
      if (size > responseBytesMax) {
        whole = false
        break
      }
    }
  } catch {
    whole = false
  } finally {
    clearTimeout(late)
  }
  const text = Buffer.concat(chunks).subarray(0, responseBytesMax).toString('utf8')
  return { body: kept(text), truncated: !whole }
}

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there (ECONNREFUSED)',
  ECONNRESET: 'the connection broke off (ECONNRESET)',
  UND_ERR_SOCKET: 'the connection broke off',
  ENOTFOUND: 'its name cannot be looked up (ENOTFOUND)',
  EHOSTUNREACH: 'there is no way there (EHOSTUNREACH)',
  ENETUNREACH: 'there is no way there (ENETUNREACH)',
  UND_ERR_CONNECT_TIMEOUT: 'no connection in time',
  UND_ERR_HEADERS_OVERFLOW: 'it answered with more headers than are read',
}

const reasonOf = (error: unknown): string => {
  if (error instanceof AddressRefusedError) return `refused: ${error.message}`
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0])
  const { code = '', name } = error as NodeJS.ErrnoException
  if (reasons[code] !== undefined) return reasons[code]
  if (/CERT|TLS|SSL|ALTNAME|SELF_SIGNED/.test(code)) return `its certificate is not accepted (${code})`
  if (name === 'HTTPParserError') return 'what it answered is not HTTP'
  return `no answer (${code === '' ? 'unknown' : code})`
}

const judged = (status: number): string | null => {
  if (status >= 200 && status < 300) return null
  return status >= 300 && status < 400 ? `it answered ${status}; redirects are not followed` : `it answered ${status}`
}

/** Sends webhooks by the guard's way out. Never throws: whatever happens is a result. */
export const createSend =
  ({ guard }: { guard: Guard }): Send =>
  async ({ url, headers, body }, { mode, endpoint, timeoutMs, signal }) => {
    const startedMs = monotonicMs()
    const late = AbortSignal.timeout(timeoutMs)
    const nothing = { status: null, response: null, retryAfter: null, interrupted: false }
    const took = () => Math.round(monotonicMs() - startedMs)
    try {
      guard.checkForm(url, mode)
      const answer = await request(url, {
        dispatcher: guard.dispatcherFor(endpoint),
        method: 'POST',
        headers,
        body,
        signal: signal === undefined ? late : AbortSignal.any([late, signal]),
        headersTimeout: timeoutMs,
        bodyTimeout: timeoutMs,
      })
      // The status decides. What follows is read for people.
      const response = { headers: keptHeaders(answer.headers), ...(await readBody(answer.body)) }
      const retryAfter = answer.headers['retry-after']
      return {
        ...nothing,
        status: answer.statusCode,
        error: judged(answer.statusCode),
        response,
        retryAfter: typeof retryAfter === 'string' ? retryAfter : null,
        durationMs: took(),
      }
    } catch (error) {
      if (signal?.aborted === true)
        return { ...nothing, error: 'Micro was stopped meanwhile', durationMs: took(), interrupted: true }
      const reason = late.aborted ? `no answer within ${timeoutMs / 1000} s` : reasonOf(error)
      return { ...nothing, error: reason, durationMs: took() }
    }
  }
