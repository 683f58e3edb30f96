/** Frames a client may send without moving anything forward: a steady rate with some burst. */
const perSecond = 20
const burst = 40

/** A token bucket over a monotonic clock in ms; `take` is false when the client sends too much. */
export const createAllowance = (nowMs: () => number): { take(): boolean } => {
  let tokens = burst
  let lastMs = nowMs()
  return {
    take() {
      const now = nowMs()
      tokens = Math.min(burst, tokens + ((now - lastMs) / 1000) * perSecond)
      lastMs = now
      if (tokens < 1) return false
      tokens--
      return true
    },
  }
}
