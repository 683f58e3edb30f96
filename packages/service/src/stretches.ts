import { Fault, fromUnixSeconds } from '@micro/kernel'

/** Stretches of time, each from one moment (inclusive) to the next (exclusive). */
export interface Stretches {
  /** The ends of them all, as the database counts them: the stretch with the number n, from 1, begins at the n-th. */
  readonly moments: readonly Date[]
  readonly ends: readonly { readonly from: number; readonly until: number }[]
}

/** @throws Fault parameter_invalid when the bounds do not ascend */
export const stretchesOf = (bounds: readonly number[]): Stretches => {
  const ends = bounds.slice(1).map((until, at) => ({ from: bounds[at] ?? 0, until }))
  if (ends.some(({ from, until }) => until <= from))
    throw new Fault('parameter_invalid', { param: 'bounds', reason: 'each must be later than the one before' })
  return { moments: bounds.map((second) => fromUnixSeconds(second)), ends }
}
