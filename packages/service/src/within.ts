/** The work did not end in time. It may still do so: its effects are unknown. */
export class TimeoutError extends Error {
  override name = 'TimeoutError'
}

/** Waits for work for `ms` milliseconds at most, then tells it by its signal and throws TimeoutError. */
export const within = async <T>(ms: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> => {
  const late = new AbortController()
  let timer: NodeJS.Timeout | undefined
  // Cleared and not aborted: an abort makes an error, with its stack, for each work that ends in time.
  const expiry = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const error = new TimeoutError(`no answer within ${ms} ms`)
      late.abort(error)
      reject(error)
    }, ms)
  })
  try {
    return await Promise.race([work(late.signal), expiry])
  } finally {
    clearTimeout(timer)
  }
}
