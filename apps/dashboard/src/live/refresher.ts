const everyMsMin = 3_000
/** How much longer than it took to read something it is let be, so that one page keeps a service busy but rarely. */
const restMin = 20

/** How often figures are read where nothing tells that they changed, in milliseconds. */
export const figuresEveryMs = 60_000

/**
 * Reads anew what somebody looks at whenever it is told to: at once, but no more often than every few seconds, since a
 * shop that sells a lot would otherwise use up the requests that its viewer may make; and the seldomer the longer it takes
 * until it is `read`, and never before that, since whoever asks again has what was asked before read to its end for nobody.
 */
export const createRefresher = (read: () => Promise<unknown>) => {
  let timer: ReturnType<typeof setTimeout> | undefined
  let [busy, asked, stopped] = [false, false, false]
  const refresh = (): void => {
    asked = busy
    if (busy || stopped) return
    busy = true
    const begunMs = performance.now()
    const rest = (): void => {
      const tookMs = performance.now() - begunMs
      if (stopped) return
      timer = setTimeout(
        () => {
          busy = false
          if (asked) refresh()
        },
        Math.max(everyMsMin, restMin * tookMs),
      )
    }
    void read().then(rest, rest)
  }
  return {
    refresh,
    stop: (): void => {
      stopped = true
      clearTimeout(timer)
    },
  }
}
