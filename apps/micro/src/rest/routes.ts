import { apis, pathsOf, type Route } from '@micro/contracts'
import { idPrefixes, type IdKind } from '@micro/kernel'
import { usageFailure } from '../shell/failure.ts'

/** Every operation that a gateway offers. */
export const publicRoutes: readonly Route[] = Object.values(apis)
  .flatMap((api): Route[] => Object.values(api))
  .filter(({ access }) => !access.includes('internal'))

interface ObjectSchema {
  readonly properties?: { readonly object?: { readonly const?: unknown } }
  readonly anyOf?: readonly ObjectSchema[]
}

const kindOf = ({ response }: Route): string | undefined => {
  const { properties, anyOf } = response as ObjectSchema
  const object = (properties ?? anyOf?.[0]?.properties)?.object?.const
  return typeof object === 'string' ? object.replaceAll('.', '_') : undefined
}

const isRetrieval = ({ method, path }: Route): boolean => method === 'GET' && /^[^:]*\/:id$/.test(path)

/** Where a thing is retrieved, by how its id begins: `pi` is at `/v1/payment_intents/`. */
const placesByPrefix: ReadonlyMap<string, string> = new Map(
  // Of two places the one that is told of first.
  publicRoutes
    .filter(isRetrieval)
    .toReversed()
    .flatMap((route) => {
      const kind = kindOf(route)
      return kind !== undefined && Object.hasOwn(idPrefixes, kind)
        ? [[idPrefixes[kind as IdKind], route.path.replace(/:id$/, '')] as const]
        : []
    }),
)

/** Where a path that somebody typed leads: `/v1/customers`, `customers` or `cus_123`. @throws Failure (2) */
export const readPath = (text: string): string => {
  if (/[\s#]/.test(text) || text.includes('..')) throw usageFailure(`'${text}' is no path such as /v1/customers.`)
  const prefix = /^([a-z]+)_\w+$/.exec(text)?.[1]
  const place = prefix === undefined ? undefined : placesByPrefix.get(prefix)
  if (place !== undefined) return place + text
  const path = text.startsWith('/') ? text : `/${text}`
  return /^\/(v\d|auth|payments|ledger|health|events\/deliveries)(\/|$|\?)/.test(path) ? path : `/v1${path}`
}

const patternOf = (path: string): RegExp => new RegExp(`^${path.replace(/:\w+/g, '[^/]+')}$`)

/** The operation at a path, where the contracts have it; literal segments go before parameters. */
export const routeAt = (method: Route['method'], path: string): Route | undefined => {
  const [plain = ''] = path.split('?')
  const matching = publicRoutes.filter(
    (route) => route.method === method && pathsOf(route).some((each) => patternOf(each).test(plain)),
  )
  return matching.toSorted((a, b) => a.path.split(':').length - b.path.split(':').length)[0]
}
