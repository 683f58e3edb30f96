import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import { PassThrough } from 'node:stream'
import type { Principal, ServiceName } from '@micro/contracts'
import { Fault } from '@micro/kernel'
import { bodyBytesMaxOf, writeTraceparent, type Logger, type RequestContext, type Traces } from '@micro/service'
import { clientIpHeader, inClearHeader, requestIdHeader, tokenRefusedHeader } from '@micro/service/process'
import { errors, Pool, type Dispatcher } from 'undici'
import { sendFault } from '../answer.ts'
import { announcesTooMuch } from '../headers.ts'
import type { Upstream } from './upstream.ts'

export interface HttpUpstreamOptions {
  readonly service: Exclude<ServiceName, 'gateway'>
  /** `http://host:port` */
  readonly url: string
  /** A token for that service, in the name of whoever asks. */
  readonly sign: (audience: ServiceName, principal: Principal | undefined) => Promise<string>
  readonly log: Logger
  readonly traces: Traces
  /** How long the beginning of an answer is waited for. */
  readonly timeoutMs?: number
  readonly connectMsMax?: number
  /** Connections for what is answered at once. */
  readonly connectionsMax?: number
}

/** Connections for streams, which have them for as long as they are read: no other request ever waits for one. */
const streamsMax = 1_024
/** Shorter than the services keep theirs (65 s), so that a request is not sent on a connection about to be closed. */
const keepAliveMs = 55_000
const bodyMsMax = 30_000

// RFC 9110 §7.6.1, and what is between the gateway and its services.
const hopByHop: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'expect',
  'host',
  'authorization',
  'date',
  'request-id',
  'traceparent',
  requestIdHeader,
  clientIpHeader,
  inClearHeader,
  tokenRefusedHeader,
])

/** The headers that belong to the message and not to the connection it came by. */
const endToEnd = (headers: IncomingHttpHeaders): Record<string, string | string[]> => {
  const named = new Set(
    String(headers.connection ?? '')
      .toLowerCase()
      .split(',')
      .map((name) => name.trim()),
  )
  const kept: Record<string, string | string[]> = {}
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined && !hopByHop.has(name) && (!named.has(name) || name === 'content-length'))
      kept[name] = value
  }
  return kept
}

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0

const isTimeout = (error: unknown): boolean =>
  error instanceof errors.HeadersTimeoutError || error instanceof errors.BodyTimeoutError

/** One exchange carried to the service and back. */
const carry =
  (options: HttpUpstreamOptions & { timeoutMs: number }, pool: Pool, token: string, bodyBytesMax: number) =>
  (request: IncomingMessage, response: ServerResponse, context: RequestContext): void => {
    const { service, log } = options
    let controller: Dispatcher.DispatchController | undefined
    let over = false
    // Nothing is sent twice that may have arrived, unless twice is as good as once.
    let triesLeft = request.method === 'GET' && !hasBody(request) ? 1 : 0

    const finish = (fault: Fault, cause?: unknown): void => {
      if (over) return
      over = true
      clearTimeout(deadline)
      controller?.abort(new errors.RequestAbortedError())
      if (cause !== undefined)
        log.warn({ err: cause, request_id: context.requestId, upstream: service, fault: fault.code }, 'upstream.failed')
      if (!response.destroyed) sendFault(request, response, fault)
    }
    const unavailable = (cause: unknown): void =>
      finish(new Fault('upstream_unavailable', { service, retry_after: 1 }), cause)
    const late = (cause: unknown): void => finish(new Fault('upstream_timeout', { service }), cause)

    // Also counts the wait for a free connection; what was never sent certainly had no effect.
    const deadline = setTimeout(() => {
      const cause = new Error(`no answer within ${options.timeoutMs} ms`)
      if (controller === undefined) unavailable(cause)
      else late(cause)
    }, options.timeoutMs)

    const span = context.trace && options.traces.begin(`upstream ${service}`, { kind: 'client', parent: context.trace })

    response.once('close', () => {
      span?.end({ name: `upstream ${service}`, status: response.statusCode })
      if (over) return
      over = true
      clearTimeout(deadline)
      controller?.abort(new errors.RequestAbortedError())
    })

    const bodyOf = (): PassThrough | null => {
      if (!hasBody(request)) return null
      // undici destroys a body it could not send, and with the request itself would go the socket for our answer.
      const body = new PassThrough()
      let bytes = 0
      request.on('data', (chunk: Buffer) => {
        bytes += chunk.length
        if (bytes > bodyBytesMax) finish(new Fault('body_too_large', { limit: bodyBytesMax }))
      })
      request.once('error', () => body.destroy())
      return request.pipe(body)
    }

    const start = (status: number, headers: IncomingHttpHeaders): void => {
      clearTimeout(deadline)
      if (headers[tokenRefusedHeader] !== undefined)
        return unavailable(
          new Error(`${service} does not accept the gateway's token: check the token keys and the clocks of both`),
        )
      for (const [name, value] of Object.entries(endToEnd(headers))) response.setHeader(name, value)
      response.writeHead(status)
      if (context.headOnly === true && headers['content-length'] === undefined) endAfterHead()
    }

    // A stream may have no end, and of an answer to HEAD nothing is read.
    const endAfterHead = (): void => {
      over = true
      response.end()
      controller?.abort(new errors.RequestAbortedError())
    }

    const send = (body: PassThrough | null): void => {
      const headers: Record<string, string | string[]> = {
        ...endToEnd(request.headers),
        authorization: `Bearer ${token}`,
        [requestIdHeader]: context.requestId,
      }
      if (context.clientIp !== '') headers[clientIpHeader] = context.clientIp
      if (context.inClear === true) headers[inClearHeader] = 'true'
      if (span?.at) headers['traceparent'] = writeTraceparent(span.at)
      const handler: Dispatcher.DispatchHandler = {
        onRequestStart(started) {
          controller = started
          if (over) started.abort(new errors.RequestAbortedError())
        },
        onResponseStart(_controller, status, answered) {
          if (!over && status >= 200) start(status, answered)
        },
        onResponseData(answering, chunk) {
          if (over || response.write(chunk)) return
          answering.pause()
          response.once('drain', () => answering.resume())
        },
        onResponseEnd() {
          if (over) return
          over = true
          response.end()
        },
        onResponseError(_controller, error) {
          if (over) return
          if (response.headersSent) return unavailable(error)
          if (isTimeout(error)) return late(error)
          if (triesLeft-- > 0) return send(null)
          unavailable(error)
        },
      }
      pool.dispatch(
        { path: request.url ?? '/', method: request.method as Dispatcher.HttpMethod, headers, body },
        handler,
      )
    }
    send(bodyOf())
  }

/**
 * A service of another process: the exchange is carried over a pool of connections, with a token that says who asks.
 * A service that cannot be reached is a 503, one that does not answer in time a 504; neither is ever a 401.
 */
export const httpUpstream = (given: HttpUpstreamOptions): Upstream & { close(): Promise<void> } => {
  const options = { timeoutMs: 30_000, connectMsMax: 2_000, connectionsMax: 256, ...given }
  const poolOptions = {
    pipelining: 1,
    allowH2: false,
    keepAliveTimeout: keepAliveMs,
    keepAliveMaxTimeout: keepAliveMs,
    headersTimeout: options.timeoutMs,
    bodyTimeout: bodyMsMax,
    connect: { timeout: options.connectMsMax },
  }
  const pool = new Pool(options.url, { ...poolOptions, connections: options.connectionsMax })
  const streams = new Pool(options.url, { ...poolOptions, connections: streamsMax })
  const handle = async (
    request: IncomingMessage,
    response: ServerResponse,
    context: RequestContext,
    bodyBytesMax: number,
  ): Promise<void> => {
    if (announcesTooMuch(request, bodyBytesMax))
      return sendFault(request, response, new Fault('body_too_large', { limit: bodyBytesMax }))
    const token = await options.sign(options.service, context.principal)
    if (response.destroyed) return
    carry(options, context.mayStream === true ? streams : pool, token, bodyBytesMax)(request, response, context)
  }
  return {
    handle(request, response, context, bodyBytesMax = bodyBytesMaxOf()) {
      handle(request, response, context, bodyBytesMax).catch((error: unknown) => {
        options.log.error({ err: error, request_id: context.requestId, upstream: options.service }, 'request.failed')
        sendFault(request, response, new Fault('internal', {}, { cause: error }))
      })
    },
    close: async () => void (await Promise.all([pool.destroy(), streams.destroy()])),
  }
}
