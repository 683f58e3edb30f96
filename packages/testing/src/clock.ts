import { addMs, createIds, parseTimestamp, type Clock, type NewId } from '@micro/kernel'
import { seededBytes } from './random.ts'

/** A clock that only moves when told to. */
export interface FakeClock extends Clock {
  advance(ms: number): void
  set(date: Date): void
}

const defaultStart = '2026-01-01T00:00:00Z'

/** Stands at `start` (a Date or ISO 8601 text; default the first second of 2026, UTC) until advanced or set. */
export const fakeClock = (start: Date | string = defaultStart): FakeClock => {
  const parsed = typeof start === 'string' ? parseTimestamp(start) : start
  if (!parsed) throw new Error(`not a timestamp: ${String(start)}`)
  let now = parsed
  return {
    // A copy, since a Date can be changed by whoever holds it.
    now: () => addMs(now, 0),
    advance: (ms) => {
      now = addMs(now, ms)
    },
    set: (date) => {
      now = date
    },
  }
}

/** Ids as the kernel makes them, the same ones for the same seed (and clock). */
export const seededIds = (seed: number, clock: Clock = fakeClock()): NewId =>
  createIds({ clock, random: seededBytes(seed) })
