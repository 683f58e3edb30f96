import { randomInt } from 'node:crypto'
import { ApiError } from '@micro/client'
import { exitCodeOf, exitCodes } from './exit-codes.ts'
import { Failure } from './failure.ts'

/** How the rests between several tries grow. */
export interface Backoff {
  readonly msMin: number
  readonly msMax: number
}

/** For a connection that was lost, to be had again soon. */
export const reconnectBackoff: Backoff = { msMin: 200, msMax: 5_000 }

const retryAfterMsMax = 60_000

/**
 * How long to rest after a try, the first of them being 0: twice as long each time. Half of that at least and all of it
 * at most, so that clients cut off together do not come back together.
 */
export const backoffMs = ({ msMin, msMax }: Backoff, attempt: number): number => {
  const whole = Math.min(msMax, msMin * 2 ** attempt)
  return randomInt(Math.ceil(whole / 2), whole + 1)
}

/** How long a server asked us to stay away, within reason; 0 when it did not. */
export const retryAfterMsOf = (error: unknown): number =>
  error instanceof ApiError ? Math.min(retryAfterMsMax, (error.retryAfter ?? 0) * 1_000) : 0

/** Whether it is worth another try: nobody was there, the connection broke, or the server was busy or failed. */
export const isPassing = (error: unknown): error is Error =>
  !(error instanceof Failure) && exitCodeOf(error) === exitCodes.unavailable
