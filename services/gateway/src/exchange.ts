import type { IncomingMessage, ServerResponse } from 'node:http'
import type { MerchantPrincipal } from '@micro/contracts'
import { monotonicMs } from '@micro/kernel'
import type { Logger } from '@micro/service'

/** What is known about one request, filled in as it passes through; the canonical log line is made of it. */
export interface Exchange {
  readonly requestId: string
  readonly clientIp: string
  readonly startedMs: number
  /** The route's pattern; never the raw path, which may hold anything. */
  pattern: string
  principal: MerchantPrincipal | undefined
}

export const openExchange = (requestId: string, clientIp: string): Exchange => ({
  requestId,
  clientIp,
  startedMs: monotonicMs(),
  pattern: '(none)',
  principal: undefined,
})

const methodOf = (request: IncomingMessage): string =>
  /^[A-Z]{1,10}$/.test(request.method ?? '') ? (request.method ?? '') : '(other)'

/** The one line every request leaves behind. Holds no header, query, body or raw path, so no secret can be in it. */
export const logExchange = (
  log: Logger,
  exchange: Exchange,
  outcome: { method: string; status: number; bytes: number; aborted: boolean; fault?: string },
): void => {
  const { principal } = exchange
  log.info(
    {
      request_id: exchange.requestId,
      method: outcome.method,
      route: exchange.pattern,
      status: outcome.status,
      ms: Math.round((monotonicMs() - exchange.startedMs) * 100) / 100,
      bytes: outcome.bytes,
      ip: exchange.clientIp,
      merchant: principal?.merchant,
      mode: principal?.mode,
      key_id: principal?.keyId,
      user: principal?.user,
      ...(outcome.aborted ? { aborted: true } : {}),
      ...(outcome.fault === undefined ? {} : { fault: outcome.fault }),
    },
    'request.finished',
  )
}

/** Logs the line once the answer has left, or its reader has gone. */
export const logWhenClosed = (
  log: Logger,
  exchange: Exchange,
  request: IncomingMessage,
  response: ServerResponse,
): void => {
  const method = methodOf(request)
  response.once('close', () => {
    logExchange(log, exchange, {
      method,
      status: response.statusCode,
      aborted: !response.writableFinished,
      bytes: Number(response.getHeader('content-length') ?? 0),
    })
  })
}
