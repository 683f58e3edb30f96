import type { IncomingMessage, ServerResponse } from 'node:http'
import { streamAccess, type MerchantPrincipal, type Route } from '@micro/contracts'
import { assert, Fault, type NewId } from '@micro/kernel'
import { bodyBytesMaxOf, checkScope, type HttpMetrics, type Logger, type Traces } from '@micro/service'
import { addressKey } from './access/client-ip.ts'
import type { Authenticate } from './access/authenticate.ts'
import type { BrowserGuard } from './access/browser.ts'
import type { CookieDoor } from './access/browser-cookie.ts'
import { readCaller } from './access/caller.ts'
import { shownCredential } from './access/credential.ts'
import { judgeOrigin } from './access/pages.ts'
import { originOf, type Transport } from './access/transport.ts'
import type { WatchCredential } from './access/watch-credential.ts'
import { admit } from './admission.ts'
import { commonHeaders, sendFault, sendJson, sendPage } from './answer.ts'
import type { BrowserVisit, createBrowserSessionHandlers } from './browser-session.http.ts'
import { createDocsFiles, createDocsPages, type DocsPage } from './docs-pages.ts'
import { beginExchange, tellWhenClosed, type Exchange } from './exchange.ts'
import { announcesTooMuch, stripHeaders } from './headers.ts'
import type { Health } from './health.ts'
import { headersOf, type Enforce, type Policy, type SetHeader } from './limits/policy.ts'
import type { RequestLog } from './request-log/tail.ts'
import type { createRoutes, OwnRoute, Target, UpstreamName } from './routes.ts'
import { checkAccount, echoVersion } from './stripe-headers.ts'
import type { createPairingHandler } from './stripe-cli/pairing.http.ts'
import { placeInDashboard, wantsPage } from './sites/dashboard-pages.ts'
import { dashboardHeaders, docsHeaders } from './sites/page-headers.ts'
import type { Site } from './sites/site.http.ts'
import type { createSessionHandler } from './stripe-cli/session.http.ts'
import type { createSseHandler } from './stream/sse.http.ts'
import { answerOptions, noRoute, welcome } from './surface.ts'
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
  readonly policies: Readonly<
    Record<
      'stream' | 'perKey' | 'perIp' | 'perPage' | 'perPublishableKey' | 'files' | 'login' | 'webhook' | 'webhooks',
      Policy
    >
  >
  readonly health: () => Promise<Health>
  readonly requestLog: Pick<RequestLog, 'note'>
  readonly openCliSession: ReturnType<typeof createSessionHandler>
  readonly openCliPairing: ReturnType<typeof createPairingHandler>
  readonly browserSessions: ReturnType<typeof createBrowserSessionHandlers>
  /** Answers `GET /v1/events/stream`. */
  readonly streamEvents: ReturnType<typeof createSseHandler>
  /** Undefined where nothing was built. */
  readonly sites: { readonly dashboard: Site | undefined; readonly docs: Site | undefined }
  readonly upstreams: Readonly<Record<UpstreamName, Upstream>>
  readonly draining: () => boolean
  /** Aborted once `draining` is true: tells streams to end. */
  readonly leaving: AbortSignal
}

/** A year, and of this name only: what else runs under the domain is not the gateway's to say. */
const strictTransport = 'max-age=31536000'

type Operation = Extract<Target, { upstream: UpstreamName }>

/** What is asked of whoever calls. */
type Asked = Pick<Route, 'access' | 'method' | 'scope' | 'signed' | 'sse' | 'recorded'>

/** A request that the gateway answers itself. */
interface OwnVisit {
  readonly exchange: Exchange
  readonly request: IncomingMessage
  readonly response: ServerResponse
}

const pathOf = ({ url = '' }: IncomingMessage): string => url.split('?', 1)[0] ?? ''

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
  const docs = createDocsPages()
  const files = createDocsFiles()

  const limitCaller = async (
    { clientIp }: Exchange,
    { sse }: Asked,
    principal: MerchantPrincipal,
    setHeader: SetHeader,
  ): Promise<void> => {
    // A browser's session that acts as a key has what a key has; a person has it once, however many sessions they open.
    const actor = principal.scopes === undefined ? principal.user : principal.session
    const owner = principal.keyId ?? actor ?? principal.merchant
    // As of the WebSocket's: coming back to a stream uses up nothing of what the key's other requests have.
    if (sse !== undefined) return enforce(policies.stream, owner, setHeader)
    if (principal.kind !== 'publishable_key') return enforce(policies.perKey, owner, setHeader)
    // By address first: one payer must not use up what all of them share. The answer tells of the key's limit only when
    // it is that one which refuses.
    await enforce(policies.perPage, `${owner} ${addressKey(clientIp)}`, setHeader)
    const told = new Map<string, string>()
    await enforce(policies.perPublishableKey, owner, (name, value) => void told.set(name, value)).catch((error) => {
      for (const [name, value] of told) setHeader(name, value)
      throw error
    })
  }

  /** Of processors. All merchants' may call from the same addresses: one must not use up what the others have. */
  const limitTeller = async ({ clientIp }: Exchange, { url = '' }: IncomingMessage, setHeader: SetHeader) => {
    const address = addressKey(clientIp)
    await enforce(policies.webhooks, address, setHeader)
    const [, processor = ''] = /^\/payments\/processors\/([A-Za-z0-9_]{1,64})\//.exec(url) ?? []
    await enforce(policies.webhook, `${address} ${processor}`, setHeader)
  }

  /** Resolves with the credential that was shown, if the route asks for one. */
  const identify = async (
    exchange: Exchange,
    route: Asked,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<string | undefined> => {
    const { access, method, signed, sse, recorded } = route
    const setHeader = headersOf(response)
    if (access.includes('public')) {
      const stranger = method === 'GET' ? policies.perIp : policies.login
      if (signed === true) await limitTeller(exchange, request, setHeader)
      else await enforce(stranger, addressKey(exchange.clientIp), setHeader)
      return undefined
    }
    const asked = { isStream: sse !== undefined, isRecorded: recorded === true }
    const from = { clientIp: exchange.clientIp, setHeader, ...asked }
    const caller = readCaller(request, parts.transport(request), from)
    const { principal, credential } = await parts.authenticate(access, caller)
    exchange.principal = principal
    parts.requestLog.note(exchange, { principal, isStream: asked.isStream }, request, response)
    await limitCaller(exchange, route, principal, setHeader)
    // After the limit, so that a key that is refused here cannot ask without end.
    checkScope(route, principal, shownCredential(principal, credential))
    if (principal.scopes !== undefined || principal.kind !== 'session')
      checkAccount(request, response, { principal, credential })
    return credential
  }

  const handOver = (
    exchange: Exchange,
    target: Operation,
    request: IncomingMessage,
    response: ServerResponse,
  ): void => {
    const inClear = !parts.transport(request).confidential
    stripHeaders(request)
    // The service knows no HEAD; the response object does, and sends no body.
    const headOnly = request.method === 'HEAD'
    if (headOnly) request.method = 'GET'
    const { requestId, principal, clientIp, span } = exchange
    const mayStream = target.route.stream !== undefined
    const caller = { principal, clientIp, inClear }
    const context = { ...caller, requestId, trace: span.at, headOnly, mayStream, draining: parts.leaving }
    parts.upstreams[target.upstream].handle(request, response, context, bodyBytesMaxOf(target.route))
  }

  const answerHealth = async (response: ServerResponse): Promise<void> => {
    const health = await parts.health()
    const status = health.status === 'unavailable' ? 503 : 200
    if (status === 503) response.setHeader('retry-after', '1')
    sendJson(response, status, health)
  }

  const sendTo = (location: string, response: ServerResponse): void =>
    void response.appendHeader('vary', 'Accept').writeHead(302, { location, 'content-length': 0 }).end()

  /**
   * The dashboard's page in place of a service's own, for a browser. Not in clear: who overheard its session would be as
   * welcome there, where the service's page asks for the password.
   */
  const betterPlace = ({ name, route }: Operation, request: IncomingMessage): string | undefined => {
    const isAsked = route.page === true && route.method === 'GET' && wantsPage(request)
    if (!isAsked || parts.sites.dashboard === undefined || !parts.transport(request).confidential) return undefined
    return placeInDashboard(name, pathOf(request))
  }

  const doorOf = (request: IncomingMessage): CookieDoor => {
    const transport = parts.transport(request)
    return { https: transport.https, origin: originOf(request, transport) }
  }

  const streamEvents = async (visit: OwnVisit, credential?: string): Promise<void> => {
    const { principal } = visit.exchange
    assert(principal !== undefined && credential !== undefined, 'only who is known opens a stream')
    await parts.streamEvents(visit, { principal, credential })
  }

  const answerCliSession = async ({ exchange, request, response }: OwnVisit): Promise<void> => {
    const credential = await identify(exchange, { ...streamAccess, method: 'POST' }, request, response)
    const { principal } = exchange
    assert(principal !== undefined && credential !== undefined, 'only a key opens a session')
    // A command line has none of a browser's cookies, and goes on for longer than one lasts.
    if (principal.kind === 'session') throw new Fault('secret_key_required')
    if (request.headers.expect !== undefined) response.writeContinue()
    await parts.openCliSession(request, response, { principal, credential, origin: doorOf(request).origin })
  }

  const answerCliPairing = async ({ exchange, request, response }: OwnVisit): Promise<void> => {
    await identify(exchange, { access: ['public'], method: 'POST' }, request, response)
    if (request.headers.expect !== undefined) response.writeContinue()
    const { clientIp } = exchange
    await parts.openCliPairing(request, response, { clientIp, origin: doorOf(request).origin })
  }

  const asBrowserVisit = ({ exchange, request, response }: OwnVisit): BrowserVisit => {
    if (request.headers.expect !== undefined) response.writeContinue()
    const { requestId, clientIp } = exchange
    const inClear = !parts.transport(request).confidential
    return { request, response, requestId, clientIp, door: doorOf(request), inClear }
  }

  /** Operations of the gateway's own that are more than a body for a body; it has judged who asks. */
  const special: Readonly<Record<string, (visit: OwnVisit, credential?: string) => Promise<void>>> = {
    streamEvents,
    signIn: (visit) => parts.browserSessions.signIn(asBrowserVisit(visit)),
    signOut: (visit) => parts.browserSessions.signOut(asBrowserVisit(visit)),
  }

  const answerSite = async (site: Site | undefined, visit: OwnVisit, headers: Readonly<Record<string, string>>) => {
    assert(site !== undefined, 'a site that is not there has no route')
    const { exchange, request, response } = visit
    await enforce(policies.files, addressKey(exchange.clientIp), headersOf(response))
    await site.answer({ request, response, path: pathOf(request), headers })
  }

  /** Where errors link to: to the page of the documentation, or to this one where there is none. */
  const answerDocsPage = (name: DocsPage) => async (visit: OwnVisit) => {
    const site = parts.sites.docs
    if (site !== undefined && (await site.has(`/docs/${name}`))) return answerSite(site, visit, docsHeaders)
    sendPage(visit.response, await docs(name))
  }

  const own: Readonly<Record<OwnRoute, (visit: OwnVisit) => void | Promise<void>>> = {
    welcome: ({ request, response }) => {
      if (parts.sites.dashboard === undefined || !wantsPage(request)) return sendJson(response, 200, welcome)
      sendTo('/dashboard/', response)
    },
    dashboard: (visit) => answerSite(parts.sites.dashboard, visit, dashboardHeaders(doorOf(visit.request).origin)),
    docsSite: (visit) => answerSite(parts.sites.docs, visit, docsHeaders),
    health: ({ response }) => answerHealth(response),
    readyz: ({ response }) => answerHealth(response),
    cliSession: answerCliSession,
    cliPairing: answerCliPairing,
    docsErrors: answerDocsPage('errors'),
    docsAsyncApi: async ({ response }) => sendJson(response, 200, await files('asyncapi.json')),
    docsStripeCoverage: answerDocsPage('stripe-coverage'),
    livez: ({ response }) => sendJson(response, 200, { status: 'ok', service: 'gateway' }),
    stream: () => {
      throw new Fault('parameter_invalid', {
        param: 'Upgrade',
        reason: 'this is a WebSocket: connect to it with a WebSocket client',
      })
    },
  }

  const walk = async (exchange: Exchange, request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = admit(request, guard)
    const method = request.method ?? ''
    const match = routes.match(method, path)
    judgeOrigin(request, response, { guard, match })
    echoVersion(request, response, path)
    if (match.kind !== 'unknown') exchange.pattern = match.kind === 'found' ? match.target.pattern : match.pattern
    if (method === 'OPTIONS' && match.kind !== 'unknown') return answerOptions(response, match.allowed)
    if (match.kind === 'wrong_method') response.setHeader('allow', match.allowed.join(', '))
    if (match.kind !== 'found') throw noRoute(match, method, path)
    const { target } = match
    const limit = bodyBytesMaxOf(target.kind === 'operation' ? target.route : undefined)
    if (announcesTooMuch(request, limit)) throw new Fault('body_too_large', { limit })
    if (target.kind === 'own') return own[target.name]({ exchange, request, response })
    const credential = await identify(exchange, target.route, request, response)
    const place = betterPlace(target, request)
    if (place !== undefined) return sendTo(place, response)
    const answerSpecial = target.upstream === 'gateway' ? special[target.name] : undefined
    if (answerSpecial !== undefined) return answerSpecial({ exchange, request, response }, credential)
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
