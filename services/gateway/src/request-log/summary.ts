import type { LoggedRequest, RequestLogSummary } from '@micro/contracts'

const routesMax = 200

type Figures = Pick<RequestLogSummary, 'requests' | 'client_errors' | 'server_errors' | 'p50_ms' | 'p95_ms'>

/** The least of what is sorted that so much of all does not exceed; null of nothing. */
const percentile = (sorted: readonly number[], share: number): number | null =>
  sorted[Math.ceil(sorted.length * share) - 1] ?? null

const figuresOf = (requests: readonly LoggedRequest[]): Figures => {
  const durations = requests.flatMap(({ duration_ms: ms }) => ms ?? []).toSorted((a, b) => a - b)
  const countOf = (hundred: number): number =>
    requests.filter(({ status }) => Math.floor(status / 100) === hundred).length
  return {
    requests: requests.length,
    client_errors: countOf(4),
    server_errors: countOf(5),
    p50_ms: percentile(durations, 0.5),
    p95_ms: percentile(durations, 0.95),
  }
}

/** What came of requests, of all and by route. Of what a gateway of an earlier version told only the path is known. */
export const summaryOf = (requests: readonly LoggedRequest[], oldest: number | null): RequestLogSummary => {
  const byRoute = Map.groupBy(requests, ({ method, route, path }) => `${method} ${route ?? path}`)
  const routes = [...byRoute].map(([name, those]) => {
    const [method = '', route = ''] = name.split(' ', 2)
    return { method, route, ...figuresOf(those) }
  })
  return {
    object: 'request_log_summary',
    oldest,
    ...figuresOf(requests),
    routes: routes
      .toSorted((a, b) => b.requests - a.requests || (`${a.route} ${a.method}` < `${b.route} ${b.method}` ? -1 : 1))
      .slice(0, routesMax),
  }
}
