/** What the pinned stripe package can ask for, read off the package itself. */
import Stripe from 'stripe'

export interface StripeOperation {
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

const operationsOf = (holder: Record<string, unknown>, names: readonly string[]): StripeOperation[] => {
  const methods = Object.getPrototypeOf(holder) as Record<string, unknown>
  return Object.getOwnPropertyNames(methods).flatMap((name) => {
    const method = name === 'constructor' ? undefined : methods[name]
    const request = typeof method === 'function' ? requestOf(holder, method as () => unknown) : undefined
    return request === undefined ? [] : [{ resource: names.join('.'), name, request }]
  })
}

const walk = (holder: Record<string, unknown>, names: readonly string[], seen: Set<unknown>): StripeOperation[] =>
  Object.entries(holder).flatMap(([name, value]) => {
    if (name.startsWith('_') || name === 'stripe' || !isObject(value) || seen.has(value)) return []
    seen.add(value)
    const at = [...names, name]
    const own = typeof (value as Resource)._makeRequest === 'function' ? operationsOf(value, at) : []
    return [...own, ...walk(value, at, seen)]
  })

/** Every operation of every resource of the package. */
export const stripeOperations: readonly StripeOperation[] = walk(
  new Stripe('sk_test_none') as unknown as Record<string, unknown>,
  [],
  new Set(),
)
