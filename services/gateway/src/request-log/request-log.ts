import type { LoggedRequest, RequestLog } from '@micro/contracts'
import { Fault } from '@micro/kernel'

/** What `stripe logs tail` lets through, by the names it sends; each is any of several values. */
export type LogFilters = Readonly<Record<string, readonly string[]>>

type Judge = (request: LoggedRequest, value: string) => boolean

const sameText = (a: string, b: string): boolean => a.toUpperCase() === b.toUpperCase()
const hundreds = (status: number): string => String(Math.floor(status / 100))

const judges: Readonly<Record<string, Judge>> = {
  // Every request is the account's own: there are no connected ones.
  filter_account: (_request, value) => sameText(value, 'self'),
  filter_ip_address: ({ ip }, value) => value === ip,
  filter_http_method: ({ method }, value) => sameText(method, value),
  filter_request_path: ({ path }, value) =>
    value.endsWith('*') ? path.startsWith(value.slice(0, -1)) : value === path,
  filter_request_status: ({ status }, value) => sameText(value, status < 400 ? 'SUCCEEDED' : 'FAILED'),
  filter_source: ({ source }, value) => sameText(value, source),
  // Micro's own.
  filter_key_id: ({ key_id: id }, value) => value === id,
  filter_route: ({ route }, value) => value === route,
  filter_status_code: ({ status }, value) => value === String(status),
  // `4XX` arrives as `400`.
  filter_status_code_type: ({ status }, value) => value.slice(0, 1) === hundreds(status),
}

const valuesMax = 50
const invalid = (reason: string): Fault => new Fault('parameter_invalid', { param: 'filters', reason })

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown
  } catch {
    throw invalid('must be JSON')
  }
}

/** Reads the filters of a session; an empty text is none. @throws Fault parameter_invalid */
export const readFilters = (text: string): LogFilters => {
  const given = text === '' ? {} : parse(text)
  if (given === null || typeof given !== 'object' || Array.isArray(given)) throw invalid('must be an object')
  for (const [name, values] of Object.entries(given)) {
    if (!Object.hasOwn(judges, name)) throw invalid(`'${name.slice(0, 40)}' is no filter`)
    if (!Array.isArray(values) || values.length > valuesMax || values.some((value) => typeof value !== 'string'))
      throw invalid(`${name} must be a list of texts`)
  }
  return given as LogFilters
}

/** Whether a request passes every filter that names any value. */
export const passes = (filters: LogFilters, request: LoggedRequest): boolean =>
  Object.entries(filters).every(
    ([name, values]) => values.length === 0 || values.some((value) => judges[name]?.(request, value) === true),
  )

const orNull = (text: string | undefined): string | null => (text === undefined || text === '' ? null : text)

/** A request as the API shows it. */
export const requestLogOf = ({ request_id: id, source, error, ...rest }: LoggedRequest): RequestLog => ({
  id,
  object: 'request_log',
  ...rest,
  source: source === 'DASHBOARD' ? 'dashboard' : 'api',
  key_id: rest.key_id ?? null,
  route: rest.route ?? null,
  duration_ms: rest.duration_ms ?? null,
  idempotency_key: rest.idempotency_key ?? null,
  error: error && {
    type: orNull(error.type),
    code: orNull(error.code),
    decline_code: orNull(error.decline_code),
    message: orNull(error.message),
    param: orNull(error.param),
    charge: orNull(error.charge),
  },
})

/**
 * A request as Stripe's command line shows it; `request_log`, which it leaves alone, is the same as Micro's own reads it.
 */
export const logMessage = (request: LoggedRequest): string => {
  const { error } = request
  return JSON.stringify({
    type: 'request_log_event',
    request_log_id: `resp_${request.request_id.replace(/^req_/, '')}`,
    request_log: requestLogOf(request),
    event_payload: JSON.stringify({
      created_at: request.created,
      livemode: request.livemode,
      method: request.method,
      request_id: request.request_id,
      status: request.status,
      url: request.path,
      error: {
        type: error?.type ?? '',
        charge: error?.charge ?? '',
        code: error?.code ?? '',
        decline_code: error?.decline_code ?? '',
        message: error?.message ?? '',
        param: error?.param ?? '',
        error_insight: '',
      },
    }),
  })
}
