import { isSpanContextValid, TraceFlags, type SpanContext } from '@opentelemetry/api'

/** Where in which trace something happens. Names nobody and permits nothing: anyone may make one up. */
export type TraceContext = SpanContext

const form = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/

/**
 * Reads a W3C traceparent; undefined when it has not the form, or came twice. Versions to come may say more at the end;
 * version ff is none. The tracestate beside it is free text of whoever sent it, and is not read at all.
 */
export const readTraceparent = (header: unknown): TraceContext | undefined => {
  if (typeof header !== 'string' || header.length > 256) return undefined
  const [, version, traceId = '', spanId = '', flags = '', rest] = form.exec(header) ?? []
  if (version === 'ff' || (version === '00' && rest !== undefined)) return undefined
  const traceFlags = Number.parseInt(flags, 16) & TraceFlags.SAMPLED
  const context: TraceContext = { traceId, spanId, traceFlags, isRemote: true }
  return isSpanContextValid(context) ? context : undefined
}

export const writeTraceparent = ({ traceId, spanId, traceFlags }: TraceContext): string =>
  `00-${traceId}-${spanId}-${(traceFlags & TraceFlags.SAMPLED).toString(16).padStart(2, '0')}`
