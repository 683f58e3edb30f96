import type { IncomingMessage, ServerResponse } from 'node:http'
import { Fault, type NewId } from '@micro/kernel'
import { bodyBytesMaxOf, checkScope, type HttpMetrics, type Logger, type Traces } from '@micro/service'
import { maskApiKey } from '@micro/signing'
import { addressKey } from './access/client-ip.ts'
import type { Authenticate } from './access/authenticate.ts'
import type { BrowserGuard } from './access/browser.ts'
import type { Transport } from './access/transport.ts'
import type { WatchCredential } from './access/watch-credential.ts'
import { admit } from './admission.ts'
import { commonHeaders, sendFault, sendJson } from './answer.ts'
import { beginExchange, tellWhenClosed, type Exchange } from './exchange.ts'
import { announcesTooMuch, stripHeaders } from './headers.ts'
import type { Health } from './health.ts'
import { headersOf, type Enforce, type Policy } from './limits/policy.ts'
import type { createRoutes, OwnRoute, Target, UpstreamName } from './routes.ts'
import { answerOptions, echoVersion, noRoute, shareWithOrigin, welcome } from './surface.ts'
import type { Upstream } from './upstream/upstream.ts'

export interface PipelineParts {
  readonly newId: NewId
  readonly log: Logger
  readonly http: HttpMetrics
  readonly traces: Traces
  readonly guard: BrowserGuard
  readonly routes: ReturnType<typeof createRoutes>
  readonly clientIp: (request: IncomingMessage) => string
  readonly transport: (request: IncomingMessage) => Transport
  readonly authenticate: Authenticate
  readonly watch: WatchCredential
  readonly enforce: Enforce
  readonly policies: { readonly perKey: Policy; readonly perIp: Policy; readonly login: Policy }
  readonly health: () => Promise<Health>
  readonly upstreams: Readonly<Record<UpstreamName, Upstream>>
  readonly draining: () => boolean
  /** Aborted once `draining` is true: tells streams to end. */
  readonly leaving: AbortSignal
}

/** A year, and of this name only: what else runs under the domain is not the gateway's to say. */
const strictTransport = 'max-age=31536000'

type Operation = Extract<Target, { kind: 'operation' }>

/** Everything that is no Fault is our bug: told as such, with the cause in the log only. */
export const asFault = (error: unknown, log: Logger, requestId: string): Fault => {
  const fault = error instanceof Fault ? error : new Fault('internal', {}, { cause: error })
  if (fault.spec.status >= 500 && fault.cause !== undefined)
    log.error({ err: fault.cause, request_id: requestId, fault: fault.code }, 'request.failed')
  return fault
}

/** The walk of one request through the gateway, from its first byte to the hand-over. */
export const createPipeline = (parts: PipelineParts) => {
  const { guard, routes, policies, enforce } = parts

  /** Resolves with the credential that was shown, if the route asks for one. */
  const identify = async (
    exchange: Exchange,
    target: Operation,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<string | undefined> => {
    const { access, method } = target.route
    const setHeader = headersOf(response)
    if (access.includes('public')) {
      await enforce(method === 'GET' ? policies.perIp : policies.login, addressKey(exchange.clientIp), setHeader)
      return undefined
    }
    const { authorization } = request.headers
    const { confidential } = parts.transport(request)
    const caller = { authorization, clientIp: exchange.clientIp, confidential, setHeader }
    const { principal, credential } = await parts.authenticate(access, caller)
    exchange.principal = principal
    const owner = principal.keyId ?? principal.user ?? principal.merchant
    await enforce(policies.perKey, owner, setHeader)
    // After the limit, so that a key that is refused here cannot ask without end.
    checkScope(target.route, principal, maskApiKey(credential))
    return credential
  }

  const handOver = (
    exchange: Exchange,
    target: Operation,
    request: IncomingMessage,
    response: ServerResponse,
  ): void => {
    stripHeaders(request)
    // The service knows no HEAD; the response object does, and sends no body.
    const headOnly = request.method === 'HEAD'
    if (headOnly) request.method = 'GET'
    const { requestId, principal, clientIp, span } = exchange
    const mayStream = target.route.stream !== undefined
    const context = { requestId, principal, clientIp, trace: span.at, headOnly, mayStream, draining: parts.leaving }
    parts.upstreams[target.upstream].handle(request, response, context, bodyBytesMaxOf(target.route))
  }

  const answerHealth = async (response: ServerResponse): Promise<void> => {
    const health = await parts.health()
    const status = health.status === 'unavailable' ? 503 : 200
    if (status === 503) response.setHeader('retry-after', '1')
    sendJson(response, status, health)
  }

  const own: Readonly<Record<OwnRoute, (response: ServerResponse) => void | Promise<void>>> = {
    welcome: (response) => sendJson(response, 200, welcome),
    health: answerHealth,
    readyz: answerHealth,
    livez: (response) => sendJson(response, 200, { status: 'ok', service: 'gateway' }),
    stream: () => {
      throw new Fault('parameter_invalid', {
        param: 'Upgrade',
        reason: 'this is a WebSocket: connect to it with a WebSocket client',
      })
    },
  }

  const walk = async (exchange: Exchange, request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = admit(request, guard, { checkOrigin: false })
    const method = request.method ?? ''
    shareWithOrigin(request, response, guard)
    echoVersion(request, response, path)
    const match = routes.match(method, path)
    if (match.kind !== 'unknown') exchange.pattern = match.kind === 'found' ? match.target.pattern : match.pattern
    if (method === 'OPTIONS' && match.kind !== 'unknown') return answerOptions(response, match.allowed)
    if (match.kind === 'wrong_method') response.setHeader('allow', match.allowed.join(', '))
    if (match.kind !== 'found') throw noRoute(match, method, path)
    const { target } = match
    const limit = bodyBytesMaxOf(target.kind === 'operation' ? target.route : undefined)
    if (announcesTooMuch(request, limit)) throw new Fault('body_too_large', { limit })
    if (target.kind === 'own') return own[target.name](response)
    const credential = await identify(exchange, target, request, response)
    if (target.route.stream !== undefined && credential !== undefined) parts.watch(credential, response)
    if (request.headers.expect !== undefined) response.writeContinue()
    if (!response.destroyed) handOver(exchange, target, request, response)
  }

  /** Answers one request. Never rejects. */
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const exchange = beginExchange(parts, request)
    tellWhenClosed(parts, exchange, request, response)
    for (const [name, value] of Object.entries(commonHeaders(exchange.requestId))) response.setHeader(name, value)
    if (parts.transport(request).https) response.setHeader('strict-transport-security', strictTransport)
    try {
      if (parts.draining()) {
        response.setHeader('connection', 'close')
        throw new Fault('shutting_down')
      }
      await parts.traces.within(exchange.span.at, () => walk(exchange, request, response))
    } catch (error) {
      sendFault(request, response, asFault(error, parts.log, exchange.requestId))
    }
  }
}
