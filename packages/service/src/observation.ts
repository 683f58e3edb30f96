import { sparingly } from '@micro/bus'
import type { ServiceName } from '@micro/contracts'
import manifest from '../package.json' with { type: 'json' }
import type { Logger } from './log.ts'
import { noMetrics, type Metrics } from './metrics/metrics.ts'
import { createMetricsRegistry } from './metrics/registry.ts'
import type { ObserveConfig } from './observe-config.ts'
import { serveObservation, type ObserveServer, type ReadyChecks } from './observe-server.ts'
import { startTracing } from './traces/tracing.ts'
import type { Traces } from './traces/traces.ts'

/** How one process is looked at from outside: its metrics, traces and state, for all services in it. */
export interface Observation {
  of(service: ServiceName): { readonly metrics: Metrics; readonly traces: Traces }
  /** Everything is started: from now on these are asked whether the process is ready. */
  started(checks: ReadyChecks): void
  /** From now on the process counts as not ready: call it before anything is stopped. */
  drain(): void
  /** Sends what is left and stops listening; the last thing to end. */
  close(): Promise<void>
}

/** Begins before anything else and says `starting` until told. @throws ListenError */
export const startObservation = async (config: ObserveConfig, log: Logger): Promise<Observation> => {
  const tracing = await startTracing(config.traces, {
    version: manifest.version,
    onError: sparingly((err) => log.warn({ err }, 'traces.failed')),
  })
  let checks: ReadyChecks | undefined
  let server: ObserveServer | undefined
  let metricsOf = (_service: ServiceName): Metrics => noMetrics
  if (config.listen !== undefined) {
    const registry = createMetricsRegistry()
    registry.watchProcess(manifest.version)
    server = await serveObservation({ ...config.listen, registry, log, ready: () => checks })
    metricsOf = registry.of
  }
  return {
    of: (service) => ({ metrics: metricsOf(service), traces: tracing.of(service) }),
    started(given) {
      checks = given
    },
    drain: () => server?.drain(),
    async close() {
      await tracing.close()
      await server?.close()
    },
  }
}
