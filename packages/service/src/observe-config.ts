import { readSettings, type Environment } from './settings.ts'

/** Where to send traces. */
export interface TracesConfig {
  /** `http://host:4318`, without a slash at its end. */
  readonly endpoint: string
  /** The part of all traces that is kept, from 0 to 1. */
  readonly ratio: number
}

/** What of this process may be looked at from outside, and how. */
export interface ObserveConfig {
  /** Where `/metrics`, `/livez` and `/readyz` are served; undefined: nowhere. */
  readonly listen: { readonly host: string; readonly port: number } | undefined
  readonly traces: TracesConfig | undefined
}

/**
 * METRICS_PORT (none) and METRICS_HOST (127.0.0.1), and of OpenTelemetry's variables OTEL_EXPORTER_OTLP_ENDPOINT (none)
 * and OTEL_TRACES_SAMPLER_ARG (1). @throws ConfigurationError that names everything that is wrong
 */
export const readObserveConfig = (env: Environment): ObserveConfig => {
  const { text, integer, complain, done } = readSettings(env)

  const listen = () => {
    const host = text('METRICS_HOST', '127.0.0.1')
    if (text('METRICS_PORT', '') === '') return undefined
    return { host, port: integer('METRICS_PORT', { fallback: 0, min: 0, max: 65_535 }) }
  }

  const traces = () => {
    const endpoint = text('OTEL_EXPORTER_OTLP_ENDPOINT', '').replace(/\/+$/, '')
    const part = text('OTEL_TRACES_SAMPLER_ARG', '1')
    const ratio = /^(0|1|[01]?\.\d+)$/.test(part) ? Number(part) : Number.NaN
    if (!(ratio >= 0 && ratio <= 1)) complain(`OTEL_TRACES_SAMPLER_ARG must be a number from 0 to 1, got '${part}'`)
    if (endpoint === '') return undefined
    // The value is not told: a URL may hold a password.
    if (!/^https?:\/\//.test(endpoint) || !URL.canParse(endpoint))
      complain('OTEL_EXPORTER_OTLP_ENDPOINT must be a URL that starts with http:// or https://')
    return { endpoint, ratio }
  }

  return done({ listen: listen(), traces: traces() })
}
