import Type, { type Static } from 'typebox'
import { Exact, List, listQuery, Nullable, Text, Timestamp, type Mode } from './common.ts'
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

/** A request that was answered, as gateways tell each other of it and remember it. Holds no header, query or body. */
export interface LoggedRequest {
  readonly request_id: string
  readonly created: number
  readonly livemode: boolean
  readonly method: string
  readonly path: string
  readonly status: number
  readonly ip: string
  readonly source: 'API' | 'DASHBOARD'
  /** The id of the key it was made with. A gateway of an earlier version does not tell. */
  readonly key_id?: string | null
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

/** The same by the names that Stripe's command line gives its session, with two more of Micro's own. */
export const requestLogFilters = (given: RequestLogFilter): Record<string, string[]> => ({
  ...(given.method === undefined ? {} : { filter_http_method: [given.method] }),
  ...(given.path === undefined ? {} : { filter_request_path: [given.path] }),
  ...(given.status === undefined ? {} : statusFilter(given.status)),
  ...(given.source === undefined ? {} : { filter_source: [given.source] }),
  ...(given.key_id === undefined ? {} : { filter_key_id: [given.key_id] }),
  ...(given.ip === undefined ? {} : { filter_ip_address: [given.ip] }),
})

/** The gateway's own: it alone sees every request. */
export const requestLogApi = {
  listRequestLogs: route({
    method: 'GET',
    path: '/request_logs',
    service: 'gateway',
    access: ['session', 'secret_key'],
    scope: everyScope,
    status: 200,
    summary:
      "List the last requests made with your account's keys and sessions, newest first: a window that may be lost, no record.",
    query: Exact({ ...listQuery, ...filters }),
    response: List(RequestLog),
  }),
} as const
