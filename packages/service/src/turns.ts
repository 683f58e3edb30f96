import { setImmediate as othersFirst } from 'node:timers/promises'
import { monotonicMs } from '@micro/kernel'

/** How long one request's work may keep all others waiting, in ms. */
const turnMsMax = 5

/**
 * For long work on the one thread that everyone shares. Await what it returns after each small step: usually that is
 * over at once, and when a turn's time is up it lets whatever waits go first.
 */
export const takeTurns = (): (() => Promise<void>) => {
  let beganMs = monotonicMs()
  return async () => {
    if (monotonicMs() - beganMs < turnMsMax) return
    await othersFirst()
    beganMs = monotonicMs()
  }
}
