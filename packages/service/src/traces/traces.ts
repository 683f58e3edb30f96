import {
  context,
  isSpanContextValid,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Attributes,
  type Context,
  type Span,
  type Tracer,
} from '@opentelemetry/api'
import { Fault } from '@micro/kernel'
import { writeTraceparent, type TraceContext } from './trace-context.ts'

/**
 * What a span says. Kept to what operators need to find a request again: outcomes, patterns, counts, the request's id,
 * merchant and mode. Never a body, query, header, raw path, SQL, error message or address: a collector is one more place
 * that could leak them.
 */
export type SpanFacts = Readonly<Record<string, string | number | boolean>>

export interface SpanOptions {
  readonly kind?: 'internal' | 'client' | 'server'
  readonly facts?: SpanFacts
}

/** A span that does not end with a promise. */
export interface OpenSpan {
  /** Undefined when there is no trace: nobody traces here, and whoever called brought none. */
  readonly at: TraceContext | undefined
  /** Under its real name, once that is known. */
  end(outcome: { name: string; status: number; facts?: SpanFacts }): void
}

/** Follows requests through services. Everything is nearly free while nobody traces. */
export interface Traces {
  /** Begins a request's span, in the caller's trace when it brought one. Give `at` to `within`, or to the next hop. */
  begin(name: string, options: SpanOptions & { readonly parent: TraceContext | undefined }): OpenSpan
  /** Runs work as part of a trace that came with a request; without one it just runs. */
  within<T>(at: TraceContext | undefined, work: () => T): T
  /** Runs work as a step of the trace under way; without one it just runs, so that what merely polls leaves no traces. */
  step<T>(name: string, options: SpanOptions, work: () => Promise<T>): Promise<T>
  /** Runs work of nobody's request as a trace of its own. */
  root<T>(name: string, options: SpanOptions, work: () => Promise<T>): Promise<T>
  /** What to send along, as `traceparent`, to another process. */
  traceparent(): string | undefined
}

const kinds = { internal: SpanKind.INTERNAL, client: SpanKind.CLIENT, server: SpanKind.SERVER } as const

const attributesOf = ({ kind = 'internal', facts }: SpanOptions) => ({
  kind: kinds[kind],
  ...(facts === undefined ? {} : { attributes: facts as Attributes }),
})

const noteError = (span: Span, error: unknown): void => {
  const expected = error instanceof Fault && error.spec.status < 500
  span.setAttribute('error.type', error instanceof Fault ? error.code : error instanceof Error ? error.name : 'unknown')
  // A refusal is an answer like others; and no message, since an unexpected error's may hold anything.
  if (!expected) span.setStatus({ code: SpanStatusCode.ERROR })
}

const during = async <T>(span: Span, base: Context, work: () => Promise<T>): Promise<T> => {
  try {
    return await context.with(trace.setSpan(base, span), work)
  } catch (error) {
    noteError(span, error)
    throw error
  } finally {
    span.end()
  }
}

export const createTraces = (tracer: Tracer): Traces => ({
  begin(name, { parent, ...options }) {
    const base = parent === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, parent)
    const span = tracer.startSpan(name, attributesOf(options), base)
    const at = span.spanContext()
    return {
      at: isSpanContextValid(at) ? at : undefined,
      end({ name: finalName, status, facts = {} }) {
        span.updateName(finalName)
        span.setAttributes({ ...facts, 'http.response.status_code': status })
        if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR })
        span.end()
      },
    }
  },
  within: (at, work) => (at === undefined ? work() : context.with(trace.setSpanContext(ROOT_CONTEXT, at), work)),
  step(name, options, work) {
    const base = context.active()
    if (trace.getSpan(base) === undefined) return work()
    return during(tracer.startSpan(name, attributesOf(options), base), base, work)
  },
  root: (name, options, work) =>
    during(tracer.startSpan(name, { ...attributesOf(options), root: true }, ROOT_CONTEXT), ROOT_CONTEXT, work),
  traceparent() {
    const at = trace.getSpanContext(context.active())
    return at === undefined || !isSpanContextValid(at) ? undefined : writeTraceparent(at)
  },
})

/** Traces nothing, and passes on what callers bring: what the API gives as long as nobody registers more. */
export const noTraces = (): Traces => createTraces(trace.getTracer('micro'))
