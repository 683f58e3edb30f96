import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { Fault } from '@micro/kernel'
import { answerFault, answerJson } from './answer.ts'
import { listenOn } from './listen.ts'
import type { Logger } from './log.ts'
import type { MetricsRegistry } from './metrics/registry.ts'
import type { Readiness } from './readiness.ts'

/** What each service of the process says of itself, by name. */
export type ReadyChecks = Readonly<Record<string, () => Promise<Readiness>>>

export interface ObserveServer {
  readonly host: string
  readonly port: number
  /** From now on not ready, whatever the services say. */
  drain(): void
  close(): Promise<void>
}

const worst = (all: readonly Readiness[]): Readiness['status'] =>
  (['unavailable', 'degraded'] as const).find((status) => all.some((one) => one.status === status)) ?? 'ok'

/**
 * A listener of its own for those who run the process: it is not for the public, and answers while the process starts
 * and ends. `ready` gives no checks as long as nothing has been started. @throws ListenError
 */
export const serveObservation = async (options: {
  host: string
  port: number
  registry: MetricsRegistry
  ready: () => ReadyChecks | undefined
  log: Logger
}): Promise<ObserveServer> => {
  const { registry, log } = options
  let draining = false
  let scrape: Promise<string> | undefined

  // However many ask at once, the database is asked once.
  const answerMetrics = async (response: ServerResponse): Promise<void> => {
    scrape ??= registry.text().finally(() => (scrape = undefined))
    const text = await scrape
    response.writeHead(200, { 'content-type': registry.contentType, 'cache-control': 'no-store' }).end(text)
  }

  const answerReady = async (response: ServerResponse): Promise<void> => {
    const checks = draining ? undefined : options.ready()
    if (checks === undefined) {
      const state = draining ? 'stopping' : 'starting'
      return answerJson(response, 503, { status: state, services: {} }, { 'retry-after': '1' })
    }
    const told = await Promise.all(Object.entries(checks).map(async ([name, check]) => [name, await check()] as const))
    const status = worst(told.map(([, readiness]) => readiness))
    const retry: Record<string, string> = status === 'unavailable' ? { 'retry-after': '1' } : {}
    answerJson(response, status === 'unavailable' ? 503 : 200, { status, services: Object.fromEntries(told) }, retry)
  }

  const routes: Readonly<Record<string, (response: ServerResponse) => void | Promise<void>>> = {
    // Touches nothing: a process that waits for its database is not helped by being started anew.
    '/livez': (response) => answerJson(response, 200, { status: 'ok' }),
    '/readyz': answerReady,
    '/metrics': answerMetrics,
  }

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = '', url = '' } = request
    const route = method === 'GET' && Object.hasOwn(routes, url) ? routes[url] : undefined
    try {
      if (route === undefined)
        answerFault(response, new Fault('route_unknown', { method, path: '(not shown)', hint: 'Try /metrics.' }))
      else await route(response)
    } catch (error) {
      log.error({ err: error }, 'observe.failed')
      if (response.headersSent) response.destroy()
      else answerFault(response, new Fault('internal', {}, { cause: error }))
    }
  }

  const server = createServer(
    { maxHeaderSize: 8 * 1024, headersTimeout: 5_000, requestTimeout: 5_000, connectionsCheckingInterval: 2_000 },
    (request, response) => void answer(request, response),
  )
  const { address, port } = await listenOn(server, options)
  server.on('error', (error) => log.error({ err: error }, 'observe.server_failed'))
  return {
    host: address,
    port,
    drain() {
      draining = true
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
