import { setTimeout as pause } from 'node:timers/promises'
import { monotonicMs } from '@micro/kernel'

/**
 * Repeats `check` until it neither throws nor resolves with false, and resolves with what it gave. After the timeout
 * the last failure is thrown, so that an `expect` inside tells what was missing.
 */
export const eventually = async <T>(
  check: () => T | Promise<T>,
  { timeoutMs = 60_000, everyMs = 20 }: { timeoutMs?: number; everyMs?: number } = {},
): Promise<T> => {
  const deadline = monotonicMs() + timeoutMs
  for (;;) {
    let failure: unknown = new Error(`still false after ${timeoutMs} ms`)
    try {
      const value = await check()
      if (value !== false) return value
    } catch (error) {
      failure = error
    }
    if (monotonicMs() > deadline) throw failure
    await pause(everyMs)
  }
}
