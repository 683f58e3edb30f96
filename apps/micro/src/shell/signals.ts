/** Those by which one is asked to end. */
export const endSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** Aborted by the first signal to end; from then on a second one ends the process the hard way. */
export const untilSignal = (): AbortSignal => {
  const stopping = new AbortController()
  for (const signal of endSignals) process.once(signal, () => stopping.abort())
  return stopping.signal
}

/** Work that a signal to end cuts short, so that it can tidy up; before and after it signals do what they always do. */
export const untilSignalOr = async <T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> => {
  const stopping = new AbortController()
  const stop = (): void => stopping.abort()
  for (const signal of endSignals) process.once(signal, stop)
  try {
    return await work(stopping.signal)
  } finally {
    for (const signal of endSignals) process.off(signal, stop)
  }
}
