import { addMs } from '@micro/kernel'

/** The consecutive failures of one email address; the stored form of a throttle. */
export interface Attempts {
  readonly failures: number
  readonly lockedUntil: Date | null
  readonly updatedAt: Date
}

/** So many failures in a row bring no delay yet. */
const failuresFree = 4
const lockSecondsMax = 15 * 60
/** A day without a failure forgets all of them. */
export const forgetAfterMs = 24 * 60 * 60 * 1000

/** Seconds an address stays locked after its n-th failure in a row: none four times, then 2, 4, 8, … up to 900. */
export const lockSeconds = (failures: number): number =>
  failures <= failuresFree ? 0 : Math.min(2 ** (failures - failuresFree), lockSecondsMax)

export type AttemptDecision =
  | { readonly kind: 'locked'; readonly seconds: number }
  | { readonly kind: 'allowed'; readonly attempts: Attempts }

/**
 * May this attempt go on? If so it counts as a failure from now on, before the password is looked at: however many
 * guesses arrive at once, each one is counted before any is answered. A success takes the count back.
 */
export const decideAttempt = (attempts: Attempts, now: Date): AttemptDecision => {
  if (attempts.lockedUntil !== null && attempts.lockedUntil > now) {
    return { kind: 'locked', seconds: Math.ceil((attempts.lockedUntil.getTime() - now.getTime()) / 1000) }
  }
  const forgotten = addMs(attempts.updatedAt, forgetAfterMs) < now
  const failures = (forgotten ? 0 : attempts.failures) + 1
  const seconds = lockSeconds(failures)
  return {
    kind: 'allowed',
    attempts: { failures, lockedUntil: seconds === 0 ? null : addMs(now, seconds * 1000), updatedAt: now },
  }
}
