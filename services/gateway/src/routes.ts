import { apis, pathsOf, surfaceOf, type Route } from '@micro/contracts'
import { assert } from '@micro/kernel'
import findMyWay, { type HTTPMethod } from 'find-my-way'

export type UpstreamName = keyof typeof apis
export type OwnRoute = 'welcome' | 'health' | 'livez' | 'readyz' | 'stream'

/** Where a request goes: to a service's operation, or to the gateway itself. */
export type Target =
  | {
      readonly kind: 'operation'
      readonly name: string
      readonly route: Route
      readonly pattern: string
      readonly upstream: UpstreamName
    }
  | { readonly kind: 'own'; readonly name: OwnRoute; readonly pattern: string }

export type Match =
  | { readonly kind: 'found'; readonly target: Target; readonly allowed: readonly string[] }
  | { readonly kind: 'wrong_method'; readonly pattern: string; readonly allowed: readonly string[] }
  | { readonly kind: 'unknown' }

const ownRoutes: Readonly<Record<string, OwnRoute>> = {
  '/': 'welcome',
  '/health': 'health',
  '/livez': 'livez',
  '/readyz': 'readyz',
  '/ws': 'stream',
}

const targets = (): Target[] => [
  ...Object.entries(ownRoutes).map(([pattern, name]): Target => ({ kind: 'own', name, pattern })),
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
const allowedFrom = (found: readonly string[]): string[] => [
  ...found,
  ...(found.includes('GET') ? ['HEAD'] : []),
  'OPTIONS',
]

/**
 * The routing table, made of the contracts alone and with the services' own router and settings, so that both always
 * agree on what a path means. Operations between services are not in it.
 */
export const createRoutes = (): {
  match(method: string, path: string): Match
  readonly patterns: readonly string[]
} => {
  const router = findMyWay({
    caseSensitive: true,
    ignoreTrailingSlash: false,
    ignoreDuplicateSlashes: false,
    maxParamLength: 255,
  })
  const all = targets()
  for (const target of all) {
    assert(surfaceOf(target.pattern) !== 'internal', `${target.pattern} must not be public`)
    router.on(target.kind === 'own' ? 'GET' : target.route.method, target.pattern, () => {}, target)
  }
  const find = (method: HTTPMethod, path: string): Target | undefined =>
    router.find(method, path)?.store as Target | undefined

  return {
    patterns: all.map(({ pattern }) => pattern),
    match(method, path) {
      const found = methods.filter((each) => find(each, path) !== undefined)
      const [first] = found
      if (first === undefined) return { kind: 'unknown' }
      const allowed = allowedFrom(found)
      const wanted = method === 'HEAD' ? 'GET' : method
      const target = isMethod(wanted) ? find(wanted, path) : undefined
      if (target !== undefined) return { kind: 'found', target, allowed }
      return { kind: 'wrong_method', pattern: find(first, path)?.pattern ?? path, allowed }
    },
  }
}
