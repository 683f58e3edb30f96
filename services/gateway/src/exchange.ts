import type { IncomingMessage, ServerResponse } from 'node:http'
import type { MerchantPrincipal } from '@micro/contracts'
import { monotonicMs, type NewId } from '@micro/kernel'
import { readTraceparent, type HttpMetrics, type Logger, type OpenSpan, type Traces } from '@micro/service'

/** What is known about one request, filled in as it passes through; the canonical log line is made of it. */
export interface Exchange {
  readonly requestId: string
  readonly clientIp: string
  readonly startedMs: number
  /** The route's pattern; never the raw path, which may hold anything. */
  pattern: string
  principal: MerchantPrincipal | undefined
  readonly span: OpenSpan
}

/** The client may say which trace its request belongs to, and says nothing else by that. */
export const beginExchange = (
  parts: { newId: NewId; clientIp: (request: IncomingMessage) => string; traces: Traces },
  request: IncomingMessage,
): Exchange => {
  const requestId = parts.newId('request')
  const span = parts.traces.begin('request', {
    kind: 'server',
    parent: readTraceparent(request.headers['traceparent']),
    facts: { 'micro.request_id': requestId },
  })
  return {
    requestId,
    clientIp: parts.clientIp(request),
    startedMs: monotonicMs(),
    pattern: '(none)',
    principal: undefined,
    span,
  }
}

const methodOf = (request: IncomingMessage): string =>
  /^[A-Z]{1,10}$/.test(request.method ?? '') ? (request.method ?? '') : '(other)'

/** Where a request's end is told. */
export interface Telling {
  readonly log: Logger
  readonly http: HttpMetrics
}

/**
 * The one line every request leaves behind, its count and the end of its span. Nothing of it holds a header, query, body
 * or raw path, so no secret can be in it.
 */
export const tellExchange = (
  { log, http }: Telling,
  exchange: Exchange,
  outcome: { method: string; status: number; bytes: number; aborted: boolean; fault?: string },
): void => {
  const { principal, span, startedMs, pattern: route } = exchange
  const { method, status, aborted } = outcome
  http.finished({ route, method, status, aborted, startedMs })
  span.end({
    name: `${method} ${route}`,
    status,
    facts: {
      'http.request.method': method,
      'http.route': route,
      ...(principal === undefined ? {} : { 'micro.merchant': principal.merchant, 'micro.mode': principal.mode }),
    },
  })
  log.info(
    {
      request_id: exchange.requestId,
      method,
      route,
      status,
      ms: Math.round((monotonicMs() - startedMs) * 100) / 100,
      bytes: outcome.bytes,
      ip: exchange.clientIp,
      merchant: principal?.merchant,
      mode: principal?.mode,
      key_id: principal?.keyId,
      user: principal?.user,
      session: principal?.session,
      ...(aborted ? { aborted: true } : {}),
      ...(outcome.fault === undefined ? {} : { fault: outcome.fault }),
      trace_id: span.at?.traceId,
    },
    'request.finished',
  )
}

/** Tells it once the answer has left, or its reader has gone. */
export const tellWhenClosed = (
  telling: Telling,
  exchange: Exchange,
  request: IncomingMessage,
  response: ServerResponse,
): void => {
  const method = methodOf(request)
  telling.http.began(response)
  const { socket } = request
  const { bytesWritten } = socket
  response.once('close', () => {
    tellExchange(telling, exchange, {
      method,
      status: response.statusCode,
      aborted: !response.writableFinished,
      // A stream says no length before; what its connection carried is close enough.
      bytes: Number(response.getHeader('content-length') ?? socket.bytesWritten - bytesWritten),
    })
  })
}
