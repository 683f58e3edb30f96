/** Moments as the API has them (seconds since 1970-01-01 UTC), written for people. */

const formatIn = (options: Intl.DateTimeFormatOptions, locale?: string) => {
  const format = new Intl.DateTimeFormat(locale, options)
  return (seconds: number): string => format.format(seconds * 1000)
}

/** In the viewer's zone: "26 Nov 2026, 20:15:07". */
export const localMoment = (seconds: number): string => formatIn({ dateStyle: 'medium', timeStyle: 'medium' })(seconds)

/** The same in few letters, for lists: "26/11/2026, 20:15". */
export const briefMoment = (seconds: number): string => formatIn({ dateStyle: 'short', timeStyle: 'short' })(seconds)

/** The time of day alone, in the viewer's zone. */
export const localTime = (seconds: number): string => formatIn({ timeStyle: 'medium' })(seconds)

/** In UTC, which means the same to everybody: "2026-11-26 20:15:07 UTC". */
export const utcMoment = (seconds: number): string => {
  const parts = formatIn({ dateStyle: 'short', timeStyle: 'medium', timeZone: 'UTC', hourCycle: 'h23' }, 'sv-SE')
  return `${parts(seconds)} UTC`
}

/** The same for machines: "2026-11-26T20:15:07Z". */
export const isoMoment = (seconds: number): string => utcMoment(seconds).replace(' UTC', 'Z').replace(' ', 'T')

const daySeconds = 86_400

/** Under an axis of time, in the viewer's zone: "20:15" where it is no longer than two days, else "26 Nov". */
export const axisMoment = (seconds: number, span: number): string =>
  formatIn(span > 2 * daySeconds ? { day: 'numeric', month: 'short' } : { hour: '2-digit', minute: '2-digit' })(seconds)

/** As a field of type datetime-local has it, in the viewer's zone: "2026-11-26T20:15". */
export const typedMoment = (seconds: number): string =>
  formatIn({ dateStyle: 'short', timeStyle: 'short', hourCycle: 'h23' }, 'sv-SE')(seconds).replace(' ', 'T')

/** The moment that was typed there; undefined when there is none. */
export const momentIn = (typed: string): number | undefined => {
  const ms = Date.parse(typed)
  return Number.isNaN(ms) ? undefined : Math.floor(ms / 1000)
}
