import type { Event } from '@micro/contracts'
import { present } from '../api/present.ts'

/** What of the list of events is shown, as it stands in the address. */
export interface EventFilters {
  /** One type, or all of an object: `charge.*`. */
  readonly type?: string
  /** Only what tells of this object, or of what belongs to it. */
  readonly related?: string
  /** Where the page starts: behind this event. */
  readonly after?: string
}

const text = (value: unknown, pattern: RegExp): string | undefined =>
  typeof value === 'string' && pattern.test(value) ? value : undefined

/** Reads filters from an address; what makes no sense there is left out, so that no address breaks the page. */
export const eventFiltersIn = (search: Record<string, unknown>): EventFilters => {
  const type = text(search['type'], /^[a-z_]+(\.[a-z_]+)*\.([a-z_]+|\*)$/)
  const after = text(search['after'], /^evt_\w{1,100}$/)
  return present({ type, related: text(search['related'], /^[\w.:@-]{1,255}$/), after })
}

const isOfType = (filter: string | undefined, type: string): boolean =>
  filter === undefined || (filter.endsWith('.*') ? type.startsWith(filter.slice(0, -1)) : type === filter)

/** Whether an event is one that is asked for, as the API decides it. */
export const isAskedFor = (
  { type, related }: EventFilters,
  event: Pick<Event, 'type'> & { readonly data: Pick<Event['data'], 'object'> },
): boolean => {
  const { id, payment_intent, customer } = event.data.object
  return isOfType(type, event.type) && (related === undefined || [id, payment_intent, customer].includes(related))
}
