import { ringOutbox, type MicroBus } from '@micro/service'

/** Tells the events service that there is something to fetch. */
export type Bell = () => void

/**
 * At once, and then no sooner than `everyMs` later, for however much came meanwhile: a ledger at work would ring thousands
 * of times a second, and what is fetched together costs less.
 */
export const createBell = ({ bus, everyMs = 100 }: { bus: MicroBus; everyMs?: number }): Bell => {
  let resting = false
  let rung = false
  const ring = (): void => {
    rung = true
    if (resting) return
    rung = false
    resting = true
    ringOutbox(bus, 'ledger')
    setTimeout(() => {
      resting = false
      if (rung) ring()
    }, everyMs).unref()
  }
  return ring
}
