import type { ServiceName } from '@micro/contracts'
import type { TracesConfig } from '../observe-config.ts'
import { noTraces, type Traces } from './traces.ts'

/** The traces of one process, for all services in it. */
export interface Tracing {
  of(service: ServiceName): Traces
  /** Sends what waits, for a few seconds at most, whatever the collector does. */
  close(): Promise<void>
}

/** Without a collector to send to, nothing of OpenTelemetry but its small API is even loaded. */
export const startTracing = async (
  config: TracesConfig | undefined,
  options: { version: string; onError: (error: unknown) => void },
): Promise<Tracing> => {
  if (config === undefined) return { of: noTraces, close: () => Promise.resolve() }
  const { startSdk } = await import('./sdk.ts')
  return startSdk(config, options)
}
