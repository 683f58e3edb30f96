import { clockAheadSecondsMax } from '@micro/contracts'
import { Fault, unixSeconds } from '@micro/kernel'

/** What a caller asks: one of the two. */
export interface Advance {
  readonly advance_by?: number
  readonly to?: number
}

/** @throws Fault parameter_missing, parameter_invalid */
export const checkAdvance = ({ advance_by, to }: Advance): void => {
  if (advance_by === undefined && to === undefined) throw new Fault('parameter_missing', { param: 'advance_by' })
  if (advance_by !== undefined && to !== undefined)
    throw new Fault('parameter_invalid', { param: 'to', reason: 'it cannot be combined with advance_by' })
}

/** How far ahead a clock is then, in seconds. `now` is the real time. @throws Fault parameter_invalid */
export const advancedClock = (aheadSeconds: number, { advance_by, to }: Advance, now: Date): number => {
  const param = to === undefined ? 'advance_by' : 'to'
  const by = to === undefined ? (advance_by ?? 0) : to - (unixSeconds(now) + aheadSeconds)
  if (by <= 0) throw new Fault('parameter_invalid', { param, reason: 'the clock only goes forward' })
  if (aheadSeconds + by <= clockAheadSecondsMax) return aheadSeconds + by
  throw new Fault('parameter_invalid', {
    param,
    reason: `the clock may be ${clockAheadSecondsMax} seconds ahead at most, it is ${aheadSeconds} ahead`,
  })
}
