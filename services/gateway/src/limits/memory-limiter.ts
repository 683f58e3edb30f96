import type { Clock } from '@micro/kernel'
import { elapsedMs } from '../elapsed.ts'
import type { Limiter, Take, Taken } from './limiter.ts'

/** The times of one key's allowed requests, oldest first, in a ring that grows up to the limit. */
interface Log {
  times: Float64Array
  first: number
  count: number
  expiresMs: number
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

/** Keys of one kind; they share a bound, so that a flood of addresses cannot push out the windows of API keys. */
const createLogs = (keysMax: number) => {
  const logs = new Map<string, Log>() // least recently used first
  return {
    use(key: string, nowMs: number): Log {
      const log = logs.get(key) ?? { times: new Float64Array(8), first: 0, count: 0, expiresMs: nowMs }
      logs.delete(key)
      // A few idle keys go with every use, so that no sweep ever has to stop the world.
      let checked = 0
      for (const [oldest, { expiresMs }] of logs) {
        if (checked++ >= 2 || (expiresMs > nowMs && logs.size < keysMax)) break
        logs.delete(oldest)
      }
      logs.set(key, log)
      return log
    },
    get size() {
      return logs.size
    },
  }
}

/** The limiter of a single process. At most `keysMax` keys per kind are remembered; beyond, the longest unused are forgotten. */
export const memoryLimiter = ({ clock, keysMax = 100_000 }: { clock: Clock; keysMax?: number }): Limiter & { size(): number } => {
  const now = elapsedMs(clock)
  const kinds = new Map<string, ReturnType<typeof createLogs>>()

  const logsOf = (key: string) => {
    const kind = key.slice(0, key.indexOf(':'))
    const logs = kinds.get(kind) ?? createLogs(keysMax)
    kinds.set(kind, logs)
    return logs
  }

  const take = ({ key, limit, windowMs, cost = 1 }: Take): Taken => {
    const nowMs = now()
    const log = logsOf(key).use(key, nowMs)
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
    size: () => [...kinds.values()].reduce((sum, logs) => sum + logs.size, 0),
  }
}
