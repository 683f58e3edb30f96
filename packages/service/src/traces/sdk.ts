/** The only file that loads OpenTelemetry's SDK. Import it when traces are asked for, and never otherwise. */
import { context, diag, DiagLogLevel, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace'
import type { ServiceName } from '@micro/contracts'
import { within } from '../within.ts'
import { createTraces } from './traces.ts'
import type { TracesConfig } from '../observe-config.ts'
import type { Tracing } from './tracing.ts'

const exportMsMax = 3_000
const closeMsMax = 3_000
/** Waiting spans at most, for each service; beyond, the newest are dropped: no request ever waits for a collector. */
const spansMax = 4_096

/**
 * Who came from outside has no say in what is kept: it could hide its own requests, or make us keep each of them. What
 * our own processes say is followed, so that a trace is kept as a whole or not at all.
 */
const samplerFor = (service: ServiceName, ratio: number): ParentBasedSampler => {
  const root = new TraceIdRatioBasedSampler(ratio)
  const outside = service === 'gateway'
  return new ParentBasedSampler({
    root,
    remoteParentSampled: outside ? root : new AlwaysOnSampler(),
    remoteParentNotSampled: outside ? root : new AlwaysOffSampler(),
  })
}

/** Sends spans to a collector, in the background, as OTLP over HTTP in JSON. One in a process. */
export const startSdk = (
  { endpoint, ratio }: TracesConfig,
  options: { version: string; onError: (error: unknown) => void },
): Tracing => {
  const providers: TracerProvider[] = []
  // Steps find their parent by the asynchronous context, which the API keeps once for the whole process.
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  const told = (message: string): void => options.onError(new Error(message))
  const quiet = (): void => {}
  diag.setLogger(
    { error: told, warn: told, info: quiet, debug: quiet, verbose: quiet },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  )

  return {
    of(service) {
      const exporter = new OTLPTraceExporter({ url: `${endpoint}/v1/traces`, timeoutMillis: exportMsMax })
      const provider = new TracerProvider({
        resource: resourceFromAttributes({
          'service.namespace': 'micro',
          'service.name': service,
          'service.version': options.version,
        }),
        sampler: samplerFor(service, ratio),
        spanProcessors: [
          new BatchSpanProcessor({
            exporter,
            scheduledDelayMillis: 1_000,
            exportTimeoutMillis: exportMsMax,
            maxQueueSize: spansMax,
          }),
        ],
      })
      providers.push(provider)
      return createTraces(provider.getTracer('micro'))
    },
    async close() {
      await within(closeMsMax, () => Promise.all(providers.map((provider) => provider.shutdown()))).catch(
        options.onError,
      )
      context.disable()
      diag.disable()
      trace.disable()
    },
  }
}
