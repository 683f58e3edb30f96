import { monotonicMs } from '@micro/kernel'

const reportEveryMs = 10_000

/**
 * Passes on the first error at once and later ones at most every `everyMs` milliseconds, saying how many were left out:
 * what fails while Redis is away fails thousands of times a second, for one reason.
 */
export const sparingly = (onError: (error: unknown) => void, everyMs = reportEveryMs): ((error: unknown) => void) => {
  let reportedMs = Number.NEGATIVE_INFINITY
  let leftOut = 0
  return (error) => {
    if (monotonicMs() - reportedMs < everyMs) {
      leftOut++
      return
    }
    const message = error instanceof Error ? error.message : String(error)
    const told = leftOut === 0 ? error : new Error(`${message} (and ${leftOut} earlier errors)`, { cause: error })
    reportedMs = monotonicMs()
    leftOut = 0
    onError(told)
  }
}
