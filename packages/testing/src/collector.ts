import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

type Value = { readonly stringValue?: string; readonly intValue?: number | string; readonly boolValue?: boolean }
type Attributes = readonly { readonly key: string; readonly value: Value }[]

/** A span as a collector was told of it. */
export interface CollectedSpan {
  readonly service: string
  readonly name: string
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId: string | undefined
  readonly facts: Readonly<Record<string, unknown>>
  readonly failed: boolean
}

interface Told {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: Attributes }
    readonly scopeSpans: readonly {
      readonly spans: readonly {
        readonly name: string
        readonly traceId: string
        readonly spanId: string
        readonly parentSpanId?: string
        readonly attributes: Attributes
        readonly status: { readonly code?: number }
      }[]
    }[]
  }[]
}

const factsOf = (attributes: Attributes): Record<string, unknown> =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]))

const spansOf = ({ resourceSpans }: Told): CollectedSpan[] =>
  resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) =>
      spans.map(({ name, traceId, spanId, parentSpanId, attributes, status }) => ({
        service: String(factsOf(resource.attributes)['service.name']),
        name,
        traceId,
        spanId,
        parentSpanId: parentSpanId === '' ? undefined : parentSpanId,
        facts: factsOf(attributes),
        failed: status.code === 2,
      })),
    ),
  )

export interface TestCollector extends AsyncDisposable {
  /** What `OTEL_EXPORTER_OTLP_ENDPOINT` is set to. */
  readonly url: string
  readonly spans: CollectedSpan[]
  /** Everything it was sent, as it came. */
  text(): string
  /** From now on it takes what it is sent and never answers. */
  hang(): void
}

/** A collector of OpenTelemetry traces (OTLP over HTTP, in JSON) on a free port of 127.0.0.1. */
export const startCollector = async (): Promise<TestCollector> => {
  const spans: CollectedSpan[] = []
  let text = ''
  let hanging = false
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (part: string) => (body += part))
    request.on('end', () => {
      if (hanging) return
      text += `${request.method} ${request.url}\n${JSON.stringify(request.headers)}\n${body}\n`
      spans.push(...spansOf(JSON.parse(body) as Told))
      response.setHeader('content-type', 'application/json').end('{}')
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    text: () => text,
    hang() {
      hanging = true
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
