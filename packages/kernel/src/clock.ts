/** Time is a dependency: decisions receive `now`, so tests and merchants' test clocks can move it. */
export interface Clock {
  now(): Date
}

/** The machine's own clock; the only place that reads it. */
export const systemClock: Clock = { now: () => new Date() }

export const addMs = (date: Date, ms: number): Date => new Date(date.getTime() + ms)

/** Seconds since 1970-01-01 UTC, as the API's `created` fields have it. */
export const unixSeconds = (date: Date): number => Math.floor(date.getTime() / 1000)

export const fromUnixSeconds = (seconds: number): Date => new Date(seconds * 1000)

/** Parses an ISO 8601 timestamp with zone; undefined when it is none. */
export const parseTimestamp = (text: string): Date | undefined => {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)$/.test(text)) return undefined
  const date = new Date(text)
  return Number.isNaN(date.getTime()) ? undefined : date
}

/** A monotonic reading in milliseconds for durations; never a time of day. */
export const monotonicMs = (): number => performance.now()
