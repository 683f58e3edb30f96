// Writes docs/stripe-coverage.md: every operation of the pinned stripe package, and whether Micro answers it.
import { apis, pathsOf, surfaceOf, type Route } from '@micro/contracts'
import Stripe from 'stripe'
import { written } from './written.ts'

interface Operation {
  /** As one writes it: `checkout.sessions`. */
  readonly resource: string
  readonly name: string
  /** `GET /v1/customers/{}`. */
  readonly request: string
}

interface Resource {
  _makeRequest?: (method: string, path: string) => unknown
}

const isObject = (value: unknown): value is Record<string, unknown> => value !== null && typeof value === 'object'

/** Which request a method of the package makes, by calling it with an id for every argument; the sending is left out. */
const requestOf = (resource: Resource, method: (...given: readonly unknown[]) => unknown): string | undefined => {
  let request: string | undefined
  const spy: Resource = Object.create(resource, {
    _makeRequest: { value: (verb: string, path: string) => void (request = `${verb} ${decodeURIComponent(path)}`) },
  }) as Resource
  try {
    method.apply(spy, ['{}', '{}', '{}', '{}'])
  } catch {
    // A method that makes no request of its own, or not without its arguments.
  }
  return request
}

const operationsOf = (holder: Record<string, unknown>, names: readonly string[]): Operation[] => {
  const methods = Object.getPrototypeOf(holder) as Record<string, unknown>
  return Object.getOwnPropertyNames(methods).flatMap((name) => {
    const method = name === 'constructor' ? undefined : methods[name]
    const request = typeof method === 'function' ? requestOf(holder, method as () => unknown) : undefined
    return request === undefined ? [] : [{ resource: names.join('.'), name, request }]
  })
}

const walk = (holder: Record<string, unknown>, names: readonly string[], seen: Set<unknown>): Operation[] =>
  Object.entries(holder).flatMap(([name, value]) => {
    if (name.startsWith('_') || name === 'stripe' || !isObject(value) || seen.has(value)) return []
    seen.add(value)
    const at = [...names, name]
    const own = typeof (value as Resource)._makeRequest === 'function' ? operationsOf(value, at) : []
    return [...own, ...walk(value, at, seen)]
  })

const answered = new Set(
  Object.values(apis)
    .flatMap((api) => Object.values(api) as Route[])
    .flatMap((route) => pathsOf(route).map((path) => ({ route, path })))
    .filter(({ path }) => surfaceOf(path) === 'stripe')
    .map(({ route, path }) => `${route.method} ${path.replace(/:\w+/g, '{}')}`),
)

const operations = walk(new Stripe('sk_test_none') as unknown as Record<string, unknown>, [], new Set())
const isAnswered = ({ request }: Operation): boolean => answered.has(request)
const known = new Set(operations.map(({ request }) => request))
const own = [...answered].filter((request) => !known.has(request)).toSorted()
const resources = [...Map.groupBy(operations, ({ resource }) => resource)].toSorted(([a], [b]) => (a < b ? -1 : 1))
const covered = resources.filter(([, each]) => each.some(isAnswered))
const shown = (each: readonly Operation[]): string => each.map(({ name }) => `\`${name}\``).join(', ')

const text = `# What Micro answers of Stripe's API

Made from the contracts and from version ${Stripe.PACKAGE_VERSION} of the \`stripe\` package (API ${Stripe.API_VERSION}) by \`make openapi\`.
Parameters that an operation does not take are refused by name, never passed over; what it takes and answers stands in
[openapi.json](openapi.json). Everything else under \`/v1\` and \`/v2\` is answered with 404 and a link to this page.

${operations.filter(isAnswered).length} of ${operations.length} operations, of ${covered.length} of ${resources.length} resources.

| Resource | Micro answers | and not |
| --- | --- | --- |
${covered
  .map(([resource, each]) => {
    const others = each.filter((operation) => !isAnswered(operation))
    return `| \`${resource}\` | ${shown(each.filter(isAnswered))} | ${shown(others)} |`
  })
  .join('\n')}
${own.length === 0 ? '' : `\nBesides, on \`/v1\`, what the package has no method for: ${own.map((each) => `\`${each}\``).join(', ')}.\n`}
## Not answered at all

${resources
  .filter(([, each]) => !each.some(isAnswered))
  .map(([resource, each]) => `- \`${resource}\`: ${each.map(({ name }) => name).join(', ')}`)
  .join('\n')}
`
await written('docs/stripe-coverage.md', text)
