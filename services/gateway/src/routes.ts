import { apis, pathsOf, surfaceOf, type Route } from '@micro/contracts'
import { assert } from '@micro/kernel'
import findMyWay, { type HTTPMethod } from 'find-my-way'

export type UpstreamName = keyof typeof apis
/** What stands behind the gateway. */
export type ServiceUpstreamName = Exclude<UpstreamName, 'gateway'>
export type OwnRoute =
  | 'welcome'
  | 'health'
  | 'livez'
  | 'readyz'
  | 'stream'
  | 'cliSession'
  | 'cliPairing'
  | 'docsErrors'
  | 'docsStripeCoverage'
  | 'docsAsyncApi'
  | 'dashboard'
  | 'docsSite'

interface Operation {
  readonly kind: 'operation'
  readonly name: string
  readonly route: Route
  readonly pattern: string
}

/** Where a request goes: to an operation, of a service or of the gateway's own, or to what is no operation. */
export type Target =
  | (Operation & { readonly upstream: UpstreamName })
  | { readonly kind: 'own'; readonly name: OwnRoute; readonly method: 'GET' | 'POST'; readonly pattern: string }

/** Which methods a path has, and which of them are for web pages of any origin. */
interface Methods {
  readonly allowed: readonly string[]
  readonly forPages: readonly string[]
}

export type Match =
  | ({ readonly kind: 'found'; readonly target: Target } & Methods)
  | ({ readonly kind: 'wrong_method'; readonly pattern: string } & Methods)
  | { readonly kind: 'unknown' }

const ownRoutes: readonly Omit<Extract<Target, { kind: 'own' }>, 'kind'>[] = [
  { method: 'GET', pattern: '/', name: 'welcome' },
  { method: 'GET', pattern: '/health', name: 'health' },
  { method: 'GET', pattern: '/livez', name: 'livez' },
  { method: 'GET', pattern: '/readyz', name: 'readyz' },
  { method: 'GET', pattern: '/ws', name: 'stream' },
  { method: 'GET', pattern: '/docs/errors', name: 'docsErrors' },
  { method: 'GET', pattern: '/docs/stripe-coverage', name: 'docsStripeCoverage' },
  { method: 'GET', pattern: '/docs/asyncapi.json', name: 'docsAsyncApi' },
  { method: 'POST', pattern: '/v1/stripecli/sessions', name: 'cliSession' },
  { method: 'POST', pattern: '/stripecli/auth', name: 'cliPairing' },
]

/** Sites that were built for this gateway to serve. Of one that was not, there is no route. */
export interface Sites {
  readonly dashboard: boolean
  readonly docs: boolean
}

const siteRoutes = ({ dashboard, docs }: Sites): typeof ownRoutes =>
  [
    ...(dashboard ? [['/dashboard', 'dashboard'] as const] : []),
    ...(docs ? [['/docs', 'docsSite'] as const] : []),
  ].flatMap(([path, name]) => [
    { method: 'GET', pattern: path, name },
    { method: 'GET', pattern: `${path}/*`, name },
  ])

const targets = (sites: Sites): Target[] => [
  ...[...ownRoutes, ...siteRoutes(sites)].map((own): Target => ({ kind: 'own', ...own })),
  ...Object.entries(apis).flatMap(([upstream, api]) =>
    Object.entries(api as Readonly<Record<string, Route>>)
      .filter(([, route]) => !route.access.includes('internal'))
      .flatMap(([name, route]) =>
        pathsOf(route).map((pattern): Target => ({
          kind: 'operation',
          name,
          route,
          pattern,
          upstream: upstream as UpstreamName,
        })),
      ),
  ),
]

const methods = ['GET', 'POST', 'DELETE'] as const satisfies readonly HTTPMethod[]
const isMethod = (text: string): text is (typeof methods)[number] => (methods as readonly string[]).includes(text)
const withHead = (found: readonly string[]): string[] => [...found, ...(found.includes('GET') ? ['HEAD'] : [])]
const isForPages = (target: Target | undefined): boolean =>
  target?.kind === 'operation' && target.route.access.includes('publishable_key')

/**
 * The routing table, made of the contracts alone and with the services' own router and settings, so that both always
 * agree on what a path means. Operations between services are not in it.
 */
export const createRoutes = (
  sites: Sites = { dashboard: false, docs: false },
): {
  match(method: string, path: string): Match
  readonly patterns: readonly string[]
} => {
  const router = findMyWay({
    caseSensitive: true,
    ignoreTrailingSlash: false,
    ignoreDuplicateSlashes: false,
    maxParamLength: 255,
  })
  const all = targets(sites)
  for (const target of all) {
    assert(surfaceOf(target.pattern) !== 'internal', `${target.pattern} must not be public`)
    router.on(target.kind === 'own' ? target.method : target.route.method, target.pattern, () => {}, target)
  }
  const find = (method: HTTPMethod, path: string): Target | undefined =>
    router.find(method, path)?.store as Target | undefined

  return {
    patterns: all.map(({ pattern }) => pattern),
    match(method, path) {
      const found = methods.filter((each) => find(each, path) !== undefined)
      const [first] = found
      if (first === undefined) return { kind: 'unknown' }
      const allowed = [...withHead(found), 'OPTIONS']
      const forPages = withHead(found.filter((each) => isForPages(find(each, path))))
      const wanted = method === 'HEAD' ? 'GET' : method
      const target = isMethod(wanted) ? find(wanted, path) : undefined
      if (target !== undefined) return { kind: 'found', target, allowed, forPages }
      return { kind: 'wrong_method', pattern: find(first, path)?.pattern ?? path, allowed, forPages }
    },
  }
}
