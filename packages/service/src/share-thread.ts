import { setImmediate as othersFirst } from 'node:timers/promises'
import { monotonicMs } from '@micro/kernel'

/** How long one request's work may keep all others waiting, in ms. */
const shareMsMax = 5

/**
 * For long work on the one thread that everyone shares. Await what it returns after each small step: usually that is
 * over at once, and when its share of time is up it lets whatever waits go first.
 */
export const shareThread = (): (() => Promise<void>) => {
  let beganMs = monotonicMs()
  return async () => {
    if (monotonicMs() - beganMs < shareMsMax) return
    await othersFirst()
    beganMs = monotonicMs()
  }
}
