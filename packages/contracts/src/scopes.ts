import Type, { type Static } from 'typebox'

/**
 * What a restricted API key can be allowed to do, as `resource:read|write`. The one list: routes, keys, the command line
 * and the documentation take it from here. `write` includes `read` of the same resource, as at Stripe.
 */
export const Scope = Type.Union([
  Type.Literal('payments:read'),
  Type.Literal('payments:write'),
  Type.Literal('processors:read'),
  Type.Literal('processors:write'),
  Type.Literal('ledger:read'),
  Type.Literal('ledger:write'),
  Type.Literal('events:read'),
  Type.Literal('webhooks:read'),
  Type.Literal('webhooks:write'),
])
export type Scope = Static<typeof Scope>

export const scopes: readonly Scope[] = Scope.anyOf.map((each) => each.const)

/** What a secret key holds in place of a list: every scope, those of later versions too. Nobody can ask for it. */
export const everyScope = '*'

/**
 * What a route asks of an API key. `self`: it is about the key that calls, so every key may. `*`: it shows of everything,
 * so no restricted key may.
 */
export type RouteScope = Scope | 'self' | typeof everyScope

/** Whether a key that holds these scopes may call a route. A route that names no scope is closed to keys. */
export const grants = (held: readonly string[], asked: RouteScope | undefined): boolean =>
  asked !== undefined &&
  (asked === 'self' ||
    held.includes(everyScope) ||
    held.includes(asked) ||
    (asked.endsWith(':read') && held.includes(asked.replace(/read$/, 'write'))))
