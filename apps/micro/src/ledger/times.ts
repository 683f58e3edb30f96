import { fromUnixSeconds, parseTimestamp, unixSeconds } from '@micro/kernel'
import { InvalidArgumentError } from 'commander'
import { usageFailure } from '../shell/failure.ts'

const help = 'It must be a time such as 2026-01-31, 2026-01-31T12:30:00Z, or seconds since 1970.'
const secondsOfDay = 86_400

/** The first second of a date in UTC; undefined when the calendar has no such day. */
const firstSecondOf = (date: string): number | undefined => {
  const time = parseTimestamp(`${date}T00:00:00Z`)
  return time?.toISOString().startsWith(date) === true ? unixSeconds(time) : undefined
}

/** @throws InvalidArgumentError */
const readSecond = (text: string, isEnd: boolean): number => {
  if (/^\d{1,12}$/.test(text)) return Number(text)
  const day = firstSecondOf(text.slice(0, 10))
  if (day === undefined) throw new InvalidArgumentError(help)
  if (text.length === 10) return isEnd ? day + secondsOfDay - 1 : day
  const time = parseTimestamp(text)
  if (time === undefined) throw new InvalidArgumentError(help)
  return unixSeconds(time)
}

/** A time in seconds; of a date its first second in UTC. @throws InvalidArgumentError */
export const readFrom = (text: string): number => readSecond(text, false)

/** A time in seconds, up to which something goes; of a date its last second in UTC. @throws InvalidArgumentError */
export const readTo = (text: string): number => readSecond(text, true)

/** Nothing is between a time and an earlier one: somebody took one for the other. @throws Failure (2) */
export const checkRange = (from: number | undefined, to: number | undefined): void => {
  if (from !== undefined && to !== undefined && from > to)
    throw usageFailure(`--from is after --to: ${stamp(from)} UTC, ${stamp(to)} UTC.`)
}

const iso = (seconds: number): string => fromUnixSeconds(seconds).toISOString()

/** `2026-01-31 12:30:05`, in UTC. */
export const stamp = (seconds: number): string => iso(seconds).slice(0, 19).replace('T', ' ')

/** `2026-01-31T12:30:05Z`, for files. */
export const isoSecond = (seconds: number): string => `${iso(seconds).slice(0, 19)}Z`
