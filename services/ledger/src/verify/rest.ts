import { setTimeout as delay } from 'node:timers/promises'

/** Rests for so many times as long as the work before took, so that it never takes a machine for itself. */
export const restAfter = async (workedMs: number, signal: AbortSignal, times = 1): Promise<void> => {
  if (signal.aborted) return
  await delay(workedMs * times, undefined, { signal }).catch(() => {})
}
