/** Aborted by the first signal to end; from then on a second one ends the process the hard way. */
export const untilSignal = (): AbortSignal => {
  const stopping = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => stopping.abort())
  return stopping.signal
}
