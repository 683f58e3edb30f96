export const methods = ['GET', 'POST', 'DELETE'] as const
export const statusClasses = { succeeded: 'Succeeded', failed: 'Failed', '4xx': '4xx', '5xx': '5xx' } as const
/** Who made them; without any, API keys. */
export const makers = { dashboard: 'The dashboard', all: 'Both' } as const

/** What of the request log is shown, as it stands in the address. */
export interface RequestFilters {
  /** `failed`, `4xx`, or a status such as 402. */
  readonly status?: string
  readonly method?: (typeof methods)[number]
  /** With a * at its end, all that begin like it. */
  readonly path?: string
  /** A pattern: `/v1/charges/:id`. */
  readonly route?: string
  /** The id of an API key. */
  readonly key?: string
  readonly by?: keyof typeof makers
  /** In seconds; from this one on. */
  readonly since?: number
  /** In seconds; up to this one. */
  readonly until?: number
}

export interface RequestSearch extends RequestFilters {
  readonly view?: 'routes'
  /** Where the page starts: behind this request. */
  readonly after?: string
}

const text = (value: unknown, pattern: RegExp): string | undefined => {
  // What looks like a number is read as one: a status.
  const given = typeof value === 'number' ? String(value) : value
  return typeof given === 'string' && pattern.test(given) ? given : undefined
}
const seconds = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined

/** Only what is given: nothing is undefined in an address. */
const given = <T extends object>(all: { readonly [K in keyof T]: T[K] | undefined }): T =>
  Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as T

/** Reads filters from an address; what makes no sense there is left out, so that no address breaks the page. */
export const requestSearchIn = (search: Record<string, unknown>): RequestSearch =>
  given<RequestSearch>({
    status: text(search['status'], /^([1-5]\d\d|[1-5]xx|succeeded|failed)$/),
    method: methods.find((each) => each === search['method']),
    path: text(search['path'], /^\/\S{0,254}$/),
    route: text(search['route'], /^\/\S{0,254}$/),
    key: text(search['key'], /^key_\w{1,100}$/),
    by: (['dashboard', 'all'] as const).find((each) => each === search['by']),
    since: seconds(search['since']),
    until: seconds(search['until']),
    view: search['view'] === 'routes' ? 'routes' : undefined,
    after: text(search['after'], /^req_\w{1,100}$/),
  })

/** Whether anything is left out, beside the dashboard's own. */
export const isFiltered = ({ view: _, after: _after, ...filters }: RequestSearch): boolean =>
  Object.keys(filters).length > 0

/** The filters as the API takes them. */
export const queryOf = ({ status, method, path, route, key, by, since, until }: RequestFilters) =>
  given<{
    status?: string
    method?: (typeof methods)[number]
    path?: string
    route?: string
    key_id?: string
    source?: 'api' | 'dashboard'
    created?: { gte?: number; lte?: number }
  }>({
    status,
    method,
    path,
    route,
    key_id: key,
    source: by === 'all' || (by === undefined && key !== undefined) ? undefined : (by ?? 'api'),
    created: since === undefined && until === undefined ? undefined : given({ gte: since, lte: until }),
  })
