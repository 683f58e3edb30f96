import type { Clock } from '@micro/kernel'
import { elapsedMs } from '../elapsed.ts'
import { createKeyTable, type Remembered } from './key-table.ts'
import type { Limiter, Take, Taken } from './limiter.ts'

/** The times of one key's allowed requests, oldest first, in a ring that grows up to the limit. */
interface Log extends Remembered {
  times: Float64Array
  first: number
  count: number
}

const timeAt = (log: Log, at: number): number => log.times[(log.first + at) % log.times.length] ?? 0

const dropBefore = (log: Log, ms: number): void => {
  while (log.count > 0 && timeAt(log, 0) <= ms) {
    log.first = (log.first + 1) % log.times.length
    log.count--
  }
}

const append = (log: Log, ms: number): void => {
  if (log.count === log.times.length) {
    const grown = new Float64Array(log.times.length * 2)
    for (let at = 0; at < log.count; at++) grown[at] = timeAt(log, at)
    log.times = grown
    log.first = 0
  }
  log.times[(log.first + log.count) % log.times.length] = ms
  log.count++
}

/** The limiter of a single process. At most `keysMax` keys per kind are remembered; beyond, the longest unused are forgotten. */
export const memoryLimiter = ({
  clock,
  keysMax = 100_000,
}: {
  clock: Clock
  keysMax?: number
}): Limiter & { size(): number } => {
  const now = elapsedMs(clock)
  const logs = createKeyTable<Log>({
    keysMax,
    create: (nowMs) => ({ times: new Float64Array(8), first: 0, count: 0, expiresMs: nowMs }),
  })

  const take = ({ key, limit, windowMs, cost = 1 }: Take): Taken => {
    const nowMs = now()
    const log = logs.use(key, nowMs)
    dropBefore(log, nowMs - windowMs)
    const allowed = log.count < limit
    if (allowed && cost === 1) {
      append(log, nowMs)
      log.expiresMs = nowMs + windowMs
    }
    // With a limit lowered meanwhile, more than one has to leave before the next may come.
    const leaving = Math.max(0, log.count - limit)
    const resetMs = log.count === 0 ? 0 : timeAt(log, leaving) + windowMs - nowMs
    return { allowed, remaining: Math.max(0, limit - log.count), resetMs }
  }

  return {
    take: (request) => Promise.resolve(take(request)),
    mode: () => 'exact',
    size: logs.size,
  }
}
