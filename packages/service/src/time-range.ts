import { fromUnixSeconds } from '@micro/kernel'

/** As the API has it: one second, or bounds of which any may be missing. */
export type TimeFilter =
  | number
  | { readonly gt?: number; readonly gte?: number; readonly lt?: number; readonly lte?: number }

/** From `from` (inclusive) to `until` (exclusive). */
export interface TimeRange {
  readonly from: Date | undefined
  readonly until: Date | undefined
}

const secondsMax = 253_402_300_799 // the last second of year 9999

const instant = (seconds: number | undefined): Date | undefined =>
  seconds === undefined ? undefined : fromUnixSeconds(Math.min(Math.max(seconds, 0), secondsMax))

const pick = (choose: (...values: number[]) => number, ...bounds: (number | undefined)[]): number | undefined => {
  const given = bounds.filter((bound) => bound !== undefined)
  return given.length === 0 ? undefined : choose(...given)
}

const next = (second: number | undefined): number | undefined => (second === undefined ? undefined : second + 1)

/** `created` is shown in whole seconds, so "later than 5" begins with second 6. */
export const timeRangeOf = (filter: TimeFilter | undefined): TimeRange => {
  if (filter === undefined) return { from: undefined, until: undefined }
  const { gt, gte, lt, lte } =
    typeof filter === 'number' ? ({ gte: filter, lte: filter } as Exclude<TimeFilter, number>) : filter
  return { from: instant(pick(Math.max, gte, next(gt))), until: instant(pick(Math.min, lt, next(lte))) }
}
