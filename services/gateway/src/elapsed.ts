import type { Clock } from '@micro/kernel'

/**
 * Milliseconds passed since its creation, by a wall clock that may be set back: such a step counts as no time at all,
 * so that neither a window nor a cached credential lives longer than it should for more than the step itself.
 */
export const elapsedMs = (clock: Clock): (() => number) => {
  let last = clock.now().getTime()
  let total = 0
  return () => {
    const now = clock.now().getTime()
    total += Math.max(0, now - last)
    last = now
    return total
  }
}
