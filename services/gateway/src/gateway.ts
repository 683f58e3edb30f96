import type { Client } from '@micro/client'
import { gatewayApi, requestLogApi, type authApi, type eventsApi } from '@micro/contracts'
import { createHttpMetrics, createService, createStatus, listenOn, type Readiness, type Runtime } from '@micro/service'
import { createAuthenticator } from './access/authenticate.ts'
import { browserGuard } from './access/browser.ts'
import { addressIn, clientIpReader } from './access/client-ip.ts'
import { credentialCache } from './access/credential-cache.ts'
import { countLookUps } from './access/look-up-metrics.ts'
import { isLocal, listensInClear, transportReader } from './access/transport.ts'
import { watchCredential } from './access/watch-credential.ts'
import { createBrowserSessionHandlers, type BrowserSessions } from './browser-session.http.ts'
import type { GatewayConfig } from './config.ts'
import { createHealth, readinessOf, type Checks } from './health.ts'
import type { Limiter } from './limits/limiter.ts'
import { createEnforcer, type Policy } from './limits/policy.ts'
import { createPipeline } from './pipeline.ts'
import type { RecentRequests } from './request-log/recent.ts'
import { requestLogHandlers } from './request-log/request-log.http.ts'
import { createRequestLog } from './request-log/tail.ts'
import { createRoutes, type ServiceUpstreamName } from './routes.ts'
import { createHttpServer } from './server.ts'
import { createInFlight } from './in-flight.ts'
import { isSite } from './sites/site-files.ts'
import { createSite } from './sites/site.http.ts'
import { createHub } from './stream/hub.ts'
import { createConnectionSeats } from './stream/seats.ts'
import { createUpgrader } from './stream/upgrade.ts'
import { createPairingHandler, type Pairings } from './stripe-cli/pairing.http.ts'
import { createSseHandler } from './stream/sse.http.ts'
import { createSessionHandler } from './stripe-cli/session.http.ts'
import type { CliSessions } from './stripe-cli/sessions.ts'
import { createCliUpgrader, isCliUpgrade } from './stripe-cli/upgrade.ts'
import { localUpstream } from './upstream/local.ts'
import type { Upstream } from './upstream/upstream.ts'

export interface GatewayDependencies extends Runtime {
  readonly config: GatewayConfig
  readonly upstreams: Readonly<Record<ServiceUpstreamName, Upstream>>
  readonly auth: Pick<Client<typeof authApi>, 'verifyCredential'>
  readonly browserSessions: BrowserSessions
  readonly events: Pick<Client<typeof eventsApi>, 'readEventStream'>
  readonly cliSessions: CliSessions
  readonly pairings: Pairings
  readonly limiter: Limiter
  /** Where the last requests are remembered. */
  readonly recent: RecentRequests
  /** Which Redis answers; null while none does. Left out: there is none. */
  readonly redisVersion?: () => Promise<string | null>
  /** What `/health` asks, by service; a check throws when its service cannot work now. */
  readonly health: Checks
}

/** The only public door. */
export interface Gateway {
  /** Starts serving. @throws ListenError when the address cannot be had */
  listen(): Promise<{ port: number; host: string }>
  /** Whether it can serve now. Never rejects. */
  ready(): Promise<Readiness>
  /** Stops taking requests, lets those under way finish (up to `drainMs`), sends streams away with 1012. */
  close(): Promise<void>
}

const streamCloseMsMax = 1_000
const connectionsPerAddressMax = 1_000
/** Longer than any answer is waited for. */
const stalledMsMax = 60_000
const requestMsMax = 30_000

/** All payers of a merchant call with one publishable key: of these many each can have a key's whole limit. */
const payersAtOnce = 10

/** A processor tells of many payments from few addresses, and comes again with what was refused. */
const tellersPerAddress = 10
/** The endpoints of all merchants at a processor are told from the same addresses. */
const endpointsPerAddress = 10

/** A page loads dozens of files at once; whoever reads on must not meet the limit. */
const filesPerAddress = 20

const policiesOf = ({ limits }: GatewayConfig) =>
  ({
    perKey: { name: 'default', limit: limits.perKey, reason: 'global-rate' },
    perPage: { name: 'page', limit: limits.perKey, reason: 'endpoint-rate' },
    perPublishableKey: { name: 'publishable', limit: limits.perKey * payersAtOnce, reason: 'global-rate' },
    perIp: { name: 'ip', limit: limits.perIp, reason: 'global-rate' },
    files: { name: 'files', limit: limits.perIp * filesPerAddress, reason: 'endpoint-rate' },
    login: { name: 'login', limit: limits.login, reason: 'endpoint-rate' },
    webhook: { name: 'webhook', limit: limits.perIp * tellersPerAddress, reason: 'endpoint-rate' },
    webhooks: {
      name: 'webhooks',
      limit: limits.perIp * tellersPerAddress * endpointsPerAddress,
      reason: 'endpoint-rate',
    },
    failures: { name: 'failed', limit: limits.perIp, reason: 'global-rate' },
    stream: { name: 'stream', limit: limits.perKey, reason: 'endpoint-rate' },
  }) as const satisfies Record<string, Policy>

/** What of the gateway's own is a body for a body, as every service answers. */
const ownApi = { ...requestLogApi, getGatewayStatus: gatewayApi.getGatewayStatus } as const

const createSites = ({ sites }: GatewayConfig) => {
  const siteAt = (prefix: string, { directory, isApp }: { directory: string | undefined; isApp: boolean }) =>
    directory !== undefined && isSite(directory) ? createSite({ prefix, directory, isApp }) : undefined
  return {
    dashboard: siteAt('/dashboard', { directory: sites.dashboard, isApp: true }),
    docs: siteAt('/docs', { directory: sites.docs, isApp: false }),
  }
}

export const createGateway = (deps: GatewayDependencies): Gateway => {
  const { config, clock, log, newId, bus, metrics, traces, redisVersion } = deps
  const http = createHttpMetrics(metrics)
  const policies = policiesOf(config)
  const enforce = createEnforcer({ limiter: deps.limiter, clock, metrics })
  const cache = credentialCache({
    clock,
    ttlMs: config.credentialTtlMs,
    negativeTtlMs: config.credentialNegativeTtlMs,
    onLookUp: countLookUps(metrics),
    lookUp: (credential) => deps.auth.verifyCredential({ body: { credential } }),
  })
  const authenticate = createAuthenticator({ cache, enforce, failures: policies.failures })
  const guard = browserGuard({
    listenHost: config.host,
    allowedHosts: config.allowedHosts,
    allowedOrigins: config.allowedOrigins,
  })
  const clientIp = clientIpReader(config.trustedProxies)
  const transport = transportReader({ local: isLocal(config), trustedProxies: config.trustedProxies })
  const hub = createHub({ bus, clock, log, metrics, events: deps.events, cache, config: config.stream })
  const requestLog = createRequestLog({ bus, clock, recent: deps.recent })
  const own = createService(
    {
      name: 'gateway',
      api: ownApi,
      handlers: {
        ...requestLogHandlers(deps),
        getGatewayStatus: createStatus({ service: 'gateway', ...(redisVersion && { redisVersion }) }),
      },
      ready: () => Promise.resolve(),
    },
    deps,
  )
  const inFlight = createInFlight()
  let closing: Promise<void> | undefined
  const draining = (): boolean => closing !== undefined
  const leaving = new AbortController()

  const health = createHealth({ checks: deps.health, bus, limiter: deps.limiter, clock, log })

  const streaming = {
    newId,
    log,
    http,
    traces,
    guard,
    clientIp,
    transport,
    authenticate,
    enforce,
    draining,
    hub,
    cache,
    takeSeat: createConnectionSeats(config.stream),
    policy: policies.stream,
    events: deps.events,
    config: config.stream,
  }
  const sites = createSites(config)
  const answer = createPipeline({
    newId,
    log,
    http,
    traces,
    guard,
    clientIp,
    transport,
    authenticate,
    watch: watchCredential({ cache, everyMs: config.stream.verifyMs }),
    enforce,
    policies,
    draining,
    leaving: leaving.signal,
    streamEvents: createSseHandler(streaming),
    browserSessions: createBrowserSessionHandlers(deps.browserSessions),
    routes: createRoutes({ dashboard: sites.dashboard !== undefined, docs: sites.docs !== undefined }),
    sites,
    health,
    requestLog,
    openCliSession: createSessionHandler(deps.cliSessions),
    openCliPairing: createPairingHandler(deps.pairings),
    upstreams: { ...deps.upstreams, gateway: localUpstream(own) },
  })
  const upgrade = createUpgrader(streaming)
  const upgradeCli = createCliUpgrader({
    ...streaming,
    clock,
    requestLog,
    sessions: deps.cliSessions,
    failures: policies.failures,
  })
  const server = createHttpServer(
    {
      newId,
      tls: config.tls,
      onRequest(request, response) {
        inFlight.add(response)
        void answer(request, response)
      },
      onUpgrade: (request, socket, head) => void (isCliUpgrade(request) ? upgradeCli : upgrade)(request, socket, head),
    },
    { perAddressMax: connectionsPerAddressMax, isExempt: addressIn(config.trustedProxies), stalledMsMax, requestMsMax },
  )

  const drain = async (): Promise<void> => {
    const closed = server.listening ? new Promise<void>((resolve) => server.close(() => resolve())) : Promise.resolve()
    hub.close()
    requestLog.close()
    leaving.abort()
    inFlight.sayClose()
    await inFlight.settled(config.drainMs)
    await own.stop()
    await hub.emptied(streamCloseMsMax)
    hub.terminate()
    server.closeAllConnections()
    await closed
  }

  return {
    async listen() {
      await own.start()
      const { address, port } = await listenOn(server, config)
      if (listensInClear(config)) log.warn({ host: config.host }, 'gateway.listens_in_clear')
      server.on('error', (error) => log.error({ err: error }, 'gateway.server_failed'))
      return { host: address, port }
    },
    ready: async () => readinessOf(await health()),
    close: () => (closing ??= drain()),
  }
}
