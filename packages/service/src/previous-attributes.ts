type Members = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is Members =>
  value !== null && typeof value === 'object' && !Array.isArray(value)

// Metadata may be named as what every object inherits.
const memberOf = (object: Members, name: string): unknown => (Object.hasOwn(object, name) ? object[name] : undefined)

const isSame = (one: unknown, other: unknown): boolean => {
  if (Array.isArray(one) && Array.isArray(other))
    return one.length === other.length && one.every((item, at) => isSame(item, other[at]))
  if (isObject(one) && isObject(other)) return Object.keys(previousAttributes(one, other)).length === 0
  return one === other
}

/**
 * What an object's changed members were, as Stripe tells it: only those, in objects within it likewise, lists whole; null
 * for one that was not there. Empty when nothing changed.
 */
export const previousAttributes = (before: Members, after: Members): Record<string, unknown> => {
  const names = new Set([...Object.keys(before), ...Object.keys(after)])
  const changed: [string, unknown][] = []
  for (const name of names) {
    const [was, is] = [memberOf(before, name) ?? null, memberOf(after, name) ?? null]
    if (isSame(was, is)) continue
    changed.push([name, isObject(was) && isObject(is) ? previousAttributes(was, is) : was])
  }
  return Object.fromEntries(changed)
}
