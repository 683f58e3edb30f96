import { setTimeout as delay } from 'node:timers/promises'

/** The work did not end in time. It may still do so: its effects are unknown. */
export class TimeoutError extends Error {
  override name = 'TimeoutError'
}

/** Waits for work for `ms` milliseconds at most, then tells it by its signal and throws TimeoutError. */
export const within = async <T>(ms: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> => {
  const late = new AbortController()
  const timer = new AbortController()
  const expiry = delay(ms, undefined, { signal: timer.signal }).then(
    () => {
      const error = new TimeoutError(`no answer within ${ms} ms`)
      late.abort(error)
      throw error
    },
    () => new Promise<never>(() => {}),
  )
  try {
    return await Promise.race([work(late.signal), expiry])
  } finally {
    timer.abort()
  }
}
