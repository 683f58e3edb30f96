import type { Mode } from '@micro/contracts'
import { addMs } from '@micro/kernel'

const secondMs = 1_000
const minuteMs = 60 * secondMs
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs

/** How long after a failed request the next one is made, in ms; after the last the delivery is given up. */
const delaysMs: Readonly<Record<Mode, readonly number[]>> = {
  live: [
    5 * secondMs,
    5 * minuteMs,
    30 * minuteMs,
    2 * hourMs,
    5 * hourMs,
    10 * hourMs,
    14 * hourMs,
    20 * hourMs,
    24 * hourMs,
  ],
  // Whoever tries something out does not wait for hours.
  test: [5 * secondMs, 2 * minuteMs],
}

/** Requests made before a delivery is given up, the first among them. */
export const triesMax: Readonly<Record<Mode, number>> = {
  live: delaysMs.live.length + 1,
  test: delaysMs.test.length + 1,
}

/** By how much a delay is longer at most: whoever came back is not asked by everybody at once. */
const jitter = 0.2
/** The longest wait that an endpoint may ask for. */
const retryAfterMsMax: Readonly<Record<Mode, number>> = { live: dayMs, test: 10 * minuteMs }

/** `Retry-After` as ms from now: seconds, or a time; undefined when it is neither, or past. */
export const retryAfterMs = (header: string | null, now: Date): number | undefined => {
  if (header === null) return undefined
  const text = header.trim()
  if (/^\d{1,9}$/.test(text)) return Number(text) * secondMs
  if (!/^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/.test(text)) return undefined
  const ms = Date.parse(text) - now.getTime()
  return ms > 0 ? ms : undefined
}

/**
 * When a delivery that failed is tried again; null: it is given up.
 * @param tries requests made under this schedule so far
 * @param random from 0 up to 1
 */
export const nextAttempt = (options: {
  mode: Mode
  tries: number
  retryAfter: string | null
  now: Date
  random: number
}): Date | null => {
  const { mode, tries, retryAfter, now, random } = options
  const delayMs = delaysMs[mode][tries - 1]
  if (delayMs === undefined) return null
  const spreadMs = mode === 'live' ? delayMs * jitter * random : 0
  const askedMs = Math.min(retryAfterMs(retryAfter, now) ?? 0, retryAfterMsMax[mode])
  return addMs(now, Math.round(Math.max(delayMs + spreadMs, askedMs)))
}

/** How long after so many requests the next one is made at most, where nobody asked for more time. */
export interface Wait {
  readonly mode: Mode
  readonly tries: number
  readonly ms: number
}

/** Of every delivery that waits; one that was never sent waits for nothing. */
export const waitsMax: readonly Wait[] = (['live', 'test'] as const).flatMap((mode) =>
  [0, ...delaysMs[mode]].map((ms, tries) => ({ mode, tries, ms: mode === 'live' ? ms * (1 + jitter) : ms })),
)

/** After so long without anything getting through an endpoint is disabled, and no sooner than after so many requests. */
export const failingMsMax = 5 * dayMs
export const failuresMin = 10

/** Whether an endpoint has failed for too long. */
export const isBeyondHope = (
  { failing_since, failures }: { failing_since: Date | null; failures: number },
  now: Date,
): boolean =>
  failing_since !== null && failures >= failuresMin && now.getTime() - failing_since.getTime() >= failingMsMax
