/**
 * Whether it is worth asking something that may be out of order. After `failuresMax` failures in a row nobody asks for
 * `openMs`; then one caller finds out, and the others go on without.
 */
export const circuitBreaker = ({
  failuresMax,
  openMs,
  nowMs,
}: {
  failuresMax: number
  openMs: number
  nowMs: () => number
}) => {
  let failures = 0
  let openedMs = 0
  return {
    /** Not a mere look: true may be the one attempt of this `openMs`. */
    mayAsk(): boolean {
      if (failures < failuresMax) return true
      if (nowMs() - openedMs < openMs) return false
      openedMs = nowMs()
      return true
    },
    succeeded(): void {
      failures = 0
    },
    failed(): void {
      failures++
      openedMs = nowMs()
    },
    /** Whether the last attempt succeeded, or none was made. */
    isSound: (): boolean => failures === 0,
  }
}
