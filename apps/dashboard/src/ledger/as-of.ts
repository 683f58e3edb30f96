import { fromUnixSeconds, parseTimestamp, unixSeconds } from '@micro/kernel/clock'
import { utcMoment } from '../ui/moment.ts'

/**
 * Time travel: a moment of the past as it stands in an address (in UTC, so that a link shows everybody the same), as the API
 * takes it (seconds), and as a field of the page has it (in the viewer's zone).
 */

/** What an address says, in seconds; undefined when it is no moment there ever was. */
export const secondsIn = (address: unknown): number | undefined => {
  if (typeof address !== 'string' || !address.endsWith('Z')) return undefined
  const date = parseTimestamp(address)
  const seconds = date === undefined ? -1 : unixSeconds(date)
  return seconds < 0 ? undefined : seconds
}

/** "2026-11-26T20:15:07Z" */
export const addressOf = (seconds: number): string => utcMoment(seconds).replace(' UTC', 'Z').replace(' ', 'T')

/** What `<input type="datetime-local">` shows: "2026-11-26T21:15:07", an hour east of Greenwich. */
export const fieldOf = (seconds: number): string => {
  const date = fromUnixSeconds(seconds)
  return addressOf(seconds - date.getTimezoneOffset() * 60).slice(0, -1)
}

/** The moment somebody entered there; undefined when the field was left empty. */
export const secondsEntered = (field: string): number | undefined => {
  const guess = secondsIn(`${/T\d\d:\d\d$/.test(field) ? `${field}:00` : field}Z`)
  if (guess === undefined) return undefined
  // The offset holds at the moment itself, which differs from that of the guess around a change of clocks.
  const nearer = guess + fromUnixSeconds(guess).getTimezoneOffset() * 60
  return guess + fromUnixSeconds(nearer).getTimezoneOffset() * 60
}
