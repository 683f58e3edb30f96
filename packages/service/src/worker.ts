import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from './log.ts'

/** Background work of a service: rung when there is something to do, and looking for itself now and then anyway. */
export interface Worker {
  readonly name: string
  start(): void
  /** Does a round soon; rings during a round cause one more. */
  ring(): void
  /** Rounds that failed one after the other up to now; 0 once one ended well. */
  failuresInARow(): number
  /** Waits for the round under way, then stops. */
  stop(): Promise<void>
}

/**
 * Repeats `round` whenever rung and every `everyMs`. A round that returns true has more to do and is followed at once.
 * A round that throws is logged and tried again, later each time up to `everyMs`.
 */
export const createWorker = (options: {
  name: string
  everyMs: number
  log: Logger
  round: (signal: AbortSignal) => Promise<boolean>
}): Worker => {
  const stopping = new AbortController()
  let isRung = false
  let wake = (): void => {}
  let running: Promise<void> | undefined
  let failures = 0

  // One timer and no more: a busy service rests and is rung hundreds of times a second.
  const rest = (ms: number): Promise<void> =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms)
      wake = () => {
        clearTimeout(timer)
        resolve()
      }
      if (isRung || stopping.signal.aborted) wake()
    }).then(() => {
      wake = () => {}
      isRung = false
    })

  const ring = (): void => {
    isRung = true
    wake()
  }

  const loop = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      try {
        const more = await options.round(stopping.signal)
        failures = 0
        if (!more) await rest(options.everyMs)
      } catch (error) {
        if (stopping.signal.aborted) return
        failures++
        options.log.warn({ err: error, worker: options.name, failures }, 'worker.round_failed')
        // Not cut short by a ring: a failing dependency is not helped by being asked more often.
        await delay(Math.min(options.everyMs, 50 * 2 ** failures), undefined, { signal: stopping.signal }).catch(
          () => {},
        )
      }
    }
  }

  return {
    name: options.name,
    start() {
      running ??= loop()
    },
    ring,
    failuresInARow: () => failures,
    async stop() {
      stopping.abort()
      wake()
      await running
    },
  }
}
