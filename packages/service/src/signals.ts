import { constants } from 'node:os'
import { monotonicMs } from '@micro/kernel'

/** A supervisor may signal a whole group whose members also pass signals on: what comes this soon is the same request. */
const sameRequestMs = 1_000

/** What asks a process to end. */
export type EndSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP'

/**
 * Resolves when the process is first asked to end. Who asks again a second later no longer waits for an orderly end:
 * `onAgain` is called and the process exits with 128 and the signal's number, as if nobody had listened to the signal.
 */
export const untilAsked = (signals: readonly EndSignal[], onAgain: () => void = () => {}): Promise<EndSignal> => {
  const asked = Promise.withResolvers<EndSignal>()
  let firstMs: number | undefined
  for (const signal of signals)
    process.on(signal, () => {
      firstMs ??= monotonicMs()
      asked.resolve(signal)
      if (monotonicMs() - firstMs < sameRequestMs) return
      onAgain()
      process.exit(128 + constants.signals[signal])
    })
  return asked.promise
}

/** Ends the process with 1 when its orderly end takes longer than `ms`, after `onOverdue`. */
export const endWithin = (ms: number, onOverdue: () => void): void => {
  const overdue = (): never => {
    onOverdue()
    process.exit(1)
  }
  setTimeout(overdue, ms).unref()
}
