/** Which events an endpoint is sent: types, `charge.*`, and `*` for all but the ledger's. */
export type Subscription = readonly string[]

/** Whether a filter asks for all that another one does. */
export const covers = (filter: string, other: string): boolean => {
  if (filter === other) return false
  if (filter === '*') return !other.startsWith('ledger.')
  return filter.endsWith('.*') && other.startsWith(filter.slice(0, -1))
}

/** Whether it is asked for: itself, or by one that asks for more. */
export const isSubscribed = (chosen: Subscription, filter: string): boolean =>
  chosen.some((each) => each === filter || covers(each, filter))

/** With a filter more, or without it. What it covers need not be named besides. */
export const toggled = (chosen: Subscription, filter: string): Subscription =>
  chosen.includes(filter)
    ? chosen.filter((each) => each !== filter)
    : [...chosen.filter((each) => !covers(filter, each)), filter]

const namedMax = 3

/** A subscription in a line. */
export const subscriptionText = (chosen: Subscription): string => {
  const names = chosen.map((filter) => (filter === '*' ? 'all but the ledger’s' : filter))
  const more = names.length - namedMax
  return more > 0 ? `${names.slice(0, namedMax).join(', ')} and ${more} more` : names.join(', ')
}
