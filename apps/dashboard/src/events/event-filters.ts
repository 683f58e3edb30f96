/** What of the list of events is shown, as it stands in the address. */
export interface EventFilters {
  /** One type, or all of an object: `charge.*`. */
  readonly type?: string
  /** Where the page starts: behind this event. */
  readonly after?: string
}

const text = (value: unknown, pattern: RegExp): string | undefined =>
  typeof value === 'string' && pattern.test(value) ? value : undefined

/** Reads filters from an address; what makes no sense there is left out, so that no address breaks the page. */
export const eventFiltersIn = (search: Record<string, unknown>): EventFilters => {
  const type = text(search['type'], /^[a-z_]+(\.[a-z_]+)*\.([a-z_]+|\*)$/)
  const after = text(search['after'], /^evt_\w{1,100}$/)
  return { ...(type === undefined ? {} : { type }), ...(after === undefined ? {} : { after }) }
}

/** Whether an event is of the type that is asked for; without any, all are. */
export const isAskedFor = (filter: string | undefined, type: string): boolean =>
  filter === undefined || (filter.endsWith('.*') ? type.startsWith(filter.slice(0, -1)) : type === filter)
