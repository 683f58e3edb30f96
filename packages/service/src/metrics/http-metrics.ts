import type { ServerResponse } from 'node:http'
import { monotonicMs } from '@micro/kernel'
import type { Metrics } from './metrics.ts'

const methods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])

/** `2xx`, or `aborted` when whoever asked left before the answer had. */
const statusClass = ({ status, aborted }: { status: number; aborted: boolean }): string =>
  aborted ? 'aborted' : `${Math.floor(status / 100)}xx`

export interface HttpOutcome {
  /** The route's pattern; never the raw path, of which there is no end. */
  readonly route: string
  readonly method: string
  readonly status: number
  readonly aborted: boolean
  /** By the monotonic clock. */
  readonly startedMs: number
}

/** Counts the requests of one door. */
export const createHttpMetrics = (metrics: Metrics) => {
  const labels = ['route', 'method', 'status'] as const
  const count = metrics.counter({
    name: 'micro_http_requests_total',
    help: 'HTTP requests answered, by route pattern and status class.',
    labels,
  })
  const took = metrics.histogram({
    name: 'micro_http_request_duration_seconds',
    help: 'From the request line to the end of the answer.',
    labels,
  })
  let inFlight = 0
  metrics.gauge({ name: 'micro_http_requests_in_flight', help: 'HTTP requests under way.' }, () => inFlight)

  return {
    /** Counts the request as under way until its answer has left, or its reader has gone. */
    began(response: ServerResponse): void {
      inFlight++
      response.once('close', () => inFlight--)
    },
    finished({ route, method, startedMs, ...outcome }: HttpOutcome): void {
      const told = { route, method: methods.has(method) ? method : '(other)', status: statusClass(outcome) }
      count(told)
      took(told, (monotonicMs() - startedMs) / 1_000)
    },
  }
}

export type HttpMetrics = ReturnType<typeof createHttpMetrics>
