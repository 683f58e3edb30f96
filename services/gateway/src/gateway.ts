import type { Client } from '@micro/client'
import type { authApi, eventsApi } from '@micro/contracts'
import { createHttpMetrics, listenOn, type Readiness, type Runtime } from '@micro/service'
import { createAuthenticator } from './access/authenticate.ts'
import { browserGuard } from './access/browser.ts'
import { addressIn, clientIpReader } from './access/client-ip.ts'
import { credentialCache } from './access/credential-cache.ts'
import { countLookUps } from './access/look-up-metrics.ts'
import { isLocal, listensInClear, transportReader } from './access/transport.ts'
import { watchCredential } from './access/watch-credential.ts'
import type { GatewayConfig } from './config.ts'
import { createHealth, readinessOf, type Checks } from './health.ts'
import type { Limiter } from './limits/limiter.ts'
import { createEnforcer, type Policy } from './limits/policy.ts'
import { createPipeline } from './pipeline.ts'
import { createRoutes, type UpstreamName } from './routes.ts'
import { createHttpServer } from './server.ts'
import { createInFlight } from './in-flight.ts'
import { createHub } from './stream/hub.ts'
import { createUpgrader } from './stream/upgrade.ts'
import type { Upstream } from './upstream/upstream.ts'

export interface GatewayDependencies extends Runtime {
  readonly config: GatewayConfig
  readonly upstreams: Readonly<Record<UpstreamName, Upstream>>
  readonly auth: Pick<Client<typeof authApi>, 'verifyCredential'>
  readonly events: Pick<Client<typeof eventsApi>, 'readEventStream'>
  readonly limiter: Limiter
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

const policiesOf = ({ limits }: GatewayConfig) =>
  ({
    perKey: { name: 'default', limit: limits.perKey, reason: 'global-rate' },
    perIp: { name: 'ip', limit: limits.perIp, reason: 'global-rate' },
    login: { name: 'login', limit: limits.login, reason: 'endpoint-rate' },
    failures: { name: 'failed', limit: limits.perIp, reason: 'global-rate' },
    stream: { name: 'stream', limit: limits.perKey, reason: 'endpoint-rate' },
  }) as const satisfies Record<string, Policy>

export const createGateway = (deps: GatewayDependencies): Gateway => {
  const { config, clock, log, newId, bus, metrics, traces } = deps
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
  const inFlight = createInFlight()
  let closing: Promise<void> | undefined
  const draining = (): boolean => closing !== undefined
  const leaving = new AbortController()

  const health = createHealth({ checks: deps.health, bus, limiter: deps.limiter, clock, log })

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
    routes: createRoutes(),
    health,
    upstreams: deps.upstreams,
  })
  const upgrade = createUpgrader({
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
    policy: policies.stream,
    events: deps.events,
    config: config.stream,
  })
  const server = createHttpServer(
    {
      newId,
      tls: config.tls,
      onRequest(request, response) {
        inFlight.add(response)
        void answer(request, response)
      },
      onUpgrade: (request, socket, head) => void upgrade(request, socket, head),
    },
    { perAddressMax: connectionsPerAddressMax, isExempt: addressIn(config.trustedProxies), stalledMsMax, requestMsMax },
  )

  const drain = async (): Promise<void> => {
    const closed = server.listening ? new Promise<void>((resolve) => server.close(() => resolve())) : Promise.resolve()
    hub.close()
    leaving.abort()
    inFlight.sayClose()
    await inFlight.settled(config.drainMs)
    await hub.emptied(streamCloseMsMax)
    hub.terminate()
    server.closeAllConnections()
    await closed
  }

  return {
    async listen() {
      const { address, port } = await listenOn(server, config)
      if (listensInClear(config)) log.warn({ host: config.host }, 'gateway.listens_in_clear')
      server.on('error', (error) => log.error({ err: error }, 'gateway.server_failed'))
      return { host: address, port }
    },
    ready: async () => readinessOf(await health()),
    close: () => (closing ??= drain()),
  }
}
