import Type, { type Static } from 'typebox'
import { Exact, IdParam, List, listQuery, Nullable, Text, TimeFilter, Timestamp, type Mode } from './common.ts'
import { route } from './route.ts'
import { everyScope } from './scopes.ts'

/** Of the error a request was answered with: what it says, and none of the objects it shows. */
export interface LoggedError {
  readonly type: string
  readonly charge: string
  readonly code: string
  readonly decline_code: string
  readonly message: string
  readonly param: string
}

/**
 * A request that was answered, as gateways tell each other of it and remember it. Holds no query, no body, and of headers
 * the idempotency key alone. What may be missing a gateway of an earlier version does not tell.
 */
export interface LoggedRequest {
  readonly request_id: string
  readonly created: number
  readonly livemode: boolean
  readonly method: string
  readonly path: string
  readonly status: number
  readonly ip: string
  readonly source: 'API' | 'DASHBOARD'
  /** The id of the key it was made with. */
  readonly key_id?: string | null
  /** The pattern of its path: `/v1/charges/:id`. */
  readonly route?: string
  /** Null of a stream, which lasts for as long as it is read. */
  readonly duration_ms?: number | null
  readonly idempotency_key?: string | null
  readonly error: LoggedError | null
}

export interface RecordedRequest {
  readonly merchant: string
  readonly mode: Mode
  readonly request: LoggedRequest
}

const NullableText = Nullable(Type.String())

export const RequestLog = Type.Object({
  id: Type.String({ description: 'The id of the request, as its answer had it in `Request-Id`.' }),
  object: Type.Literal('request_log'),
  created: Timestamp,
  livemode: Type.Boolean(),
  method: Type.String(),
  path: Type.String({ description: 'Without its query.' }),
  status: Type.Integer(),
  ip: Type.String(),
  source: Type.Union([Type.Literal('api'), Type.Literal('dashboard')]),
  key_id: Nullable(Type.String(), { description: 'The id of the key; null for a session.' }),
  route: Nullable(Type.String(), { description: 'The pattern of its path, such as /v1/charges/:id.' }),
  duration_ms: Nullable(Type.Number({ minimum: 0 }), {
    description: 'From its first byte to the last of its answer, in milliseconds; null of a stream of events.',
  }),
  idempotency_key: Nullable(Type.String(), { description: 'What its Idempotency-Key said.' }),
  error: Nullable(
    Type.Object({
      type: NullableText,
      code: NullableText,
      decline_code: NullableText,
      message: NullableText,
      param: NullableText,
      charge: NullableText,
    }),
  ),
})
export type RequestLog = Static<typeof RequestLog>

const filters = {
  method: Type.Optional(
    Type.Union([Type.Literal('GET'), Type.Literal('POST'), Type.Literal('DELETE')], {
      description: 'only requests with this method',
    }),
  ),
  path: Type.Optional(Text(255, 1, { description: 'only this path; with a * at its end, all that begin like it' })),
  route: Type.Optional(Text(255, 1, { description: 'only this route, such as /v1/charges/:id' })),
  status: Type.Optional(
    Type.String({
      pattern: '^([1-5]\\d\\d|[1-5][xX][xX]|succeeded|failed)$',
      description: 'such as 402, 4xx, succeeded or failed',
    }),
  ),
  source: Type.Optional(
    Type.Union([Type.Literal('api'), Type.Literal('dashboard')], { description: 'by a key, or by a session' }),
  ),
  key_id: Type.Optional(Text(255, 1, { description: 'only requests with this key, by its id' })),
  ip: Type.Optional(Text(64, 1, { description: 'only requests from this address' })),
}

/** What a log of requests may be narrowed down to. */
export const RequestLogFilter = Type.Object(filters)
export type RequestLogFilter = Static<typeof RequestLogFilter>

const statusFilter = (status: string): Record<string, string[]> => {
  if (/^[a-z]/i.test(status)) return { filter_request_status: [status.toUpperCase()] }
  if (/xx$/i.test(status)) return { filter_status_code_type: [`${status.slice(0, 1)}00`] }
  return { filter_status_code: [status] }
}

/** The same by the names that Stripe's command line gives its session, with some more of Micro's own. */
export const requestLogFilters = (given: RequestLogFilter): Record<string, string[]> => ({
  ...(given.method === undefined ? {} : { filter_http_method: [given.method] }),
  ...(given.path === undefined ? {} : { filter_request_path: [given.path] }),
  ...(given.route === undefined ? {} : { filter_route: [given.route] }),
  ...(given.status === undefined ? {} : statusFilter(given.status)),
  ...(given.source === undefined ? {} : { filter_source: [given.source] }),
  ...(given.key_id === undefined ? {} : { filter_key_id: [given.key_id] }),
  ...(given.ip === undefined ? {} : { filter_ip_address: [given.ip] }),
})

const count = (description: string) => Type.Integer({ minimum: 0, description })
const figures = {
  requests: count('How many there were.'),
  client_errors: count('How many of them were answered 4xx.'),
  server_errors: count('How many of them were answered 5xx.'),
  p50_ms: Nullable(Type.Number({ minimum: 0 }), {
    description: 'Half of them took no longer, in milliseconds; null where no duration is known.',
  }),
  p95_ms: Nullable(Type.Number({ minimum: 0 }), { description: '95 of 100 took no longer, in milliseconds.' }),
}

/** What came of the requests that are remembered, of all together and by route. */
export const RequestLogSummary = Type.Object({
  object: Type.Literal('request_log_summary'),
  oldest: Nullable(Timestamp, {
    description: 'When the oldest request was made that is still known. Of what came before nothing is counted.',
  }),
  ...figures,
  routes: Type.Array(Type.Object({ method: Type.String(), route: Type.String(), ...figures }), {
    description: 'Those with the most requests first; 200 at most.',
    maxItems: 200,
  }),
})
export type RequestLogSummary = Static<typeof RequestLogSummary>

const shared = { service: 'gateway', access: ['session', 'secret_key'], scope: everyScope, status: 200 } as const

/** The gateway's own: it alone sees every request. */
export const requestLogApi = {
  listRequestLogs: route({
    ...shared,
    method: 'GET',
    path: '/request_logs',
    summary:
      "List the last requests made with your account's keys and sessions, newest first: a window that may be lost, no record.",
    query: Exact({ ...listQuery, ...filters }),
    response: List(RequestLog),
  }),
  summarizeRequestLogs: route({
    ...shared,
    method: 'GET',
    path: '/request_logs/summary',
    summary: 'Count the last requests, their errors and how long they took, by route; of the same window as the list.',
    query: Exact({ created: Type.Optional(TimeFilter), ...filters }),
    response: RequestLogSummary,
  }),
  retrieveRequestLog: route({
    ...shared,
    method: 'GET',
    path: '/request_logs/:id',
    summary: 'Retrieve one of the last requests, by the id that its answer had in `Request-Id`.',
    params: IdParam,
    response: RequestLog,
    faults: ['resource_missing'],
  }),
} as const
