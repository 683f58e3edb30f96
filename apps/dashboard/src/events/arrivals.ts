import type { Event } from '@micro/contracts'
import { isAskedFor, type EventFilters } from './event-filters.ts'

/** How many events a page keeps that is left open. */
const shownMax = 200

export interface Arrivals {
  readonly events: readonly Event[]
  /** They go on where the list begins; else there may be more between that only the API knows. */
  readonly adjoin: boolean
}

/** Those of the newest events that are asked for and not in the list yet, which has older ones. Both are newest first. */
export const arrivedSince = (
  listed: readonly Pick<Event, 'id'>[],
  { newest, filters }: { newest: readonly Event[]; filters: EventFilters },
): Arrivals => {
  const known = new Set(listed.map(({ id }) => id))
  const asked = newest.filter((event) => isAskedFor(filters, event))
  const at = asked.findIndex(({ id }) => known.has(id))
  return at === -1 ? { events: asked, adjoin: false } : { events: asked.slice(0, at), adjoin: true }
}

/** The list with what arrived on top. What it can no longer hold is found on the next page. */
export const withArrived = <List extends { readonly data: Event[]; readonly has_more: boolean }>(
  list: List,
  arrived: readonly Event[],
): List => {
  const data = [...arrived, ...list.data]
  return { ...list, data: data.slice(0, shownMax), has_more: list.has_more || data.length > shownMax }
}
