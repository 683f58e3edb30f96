import { connectRedis, sparingly, type RedisClient } from '@micro/bus/redis'
import type { Clock } from '@micro/kernel'
import { elapsedMs } from '../elapsed.ts'
import { createAdmissions, type Admission, type Admissions } from './admissions.ts'
import { circuitBreaker } from './breaker.ts'
import type { Limiter, Take, Taken } from './limiter.ts'
import { askWindow, loadWindow } from './redis-window.ts'

export interface RedisLimiterOptions {
  /** `redis[s]://[user:password@]host:port` */
  readonly url: string
  /** Names this gateway's admissions; unique for each start of each gateway. */
  readonly instance: string
  /** How many gateways run side by side, to share the limit among while Redis is away. */
  readonly replicas: number
  readonly clock: Clock
  /** Told sparingly. */
  readonly onError: (error: unknown) => void
  readonly keysMax?: number
  /** How long a request waits for Redis. */
  readonly answerMsMax?: number
}

/** Longer than an answer takes. */
const witnessMarginMs = 100
const failuresMax = 3
const openMs = 1_000
const versionMsMax = 1_000

/** Rejects after `ms`, but not for an answer that has arrived while this process was busy. */
const inTime = <T>(answer: Promise<T>, ms: number): Promise<T> =>
  new Promise((resolve, reject) => {
    const late = (): void => reject(new Error(`Redis did not answer within ${ms} ms`))
    const timer = setTimeout(() => setImmediate(late), ms)
    answer.then(resolve, reject).finally(() => clearTimeout(timer))
  })

/**
 * The limiter of several gateways: one exact sliding log per key in Redis.
 *
 * When Redis does not answer within 50 ms, or is away, a gateway decides alone: it lets through at most its share,
 * `ceil(limit / replicas)`, counting all it let through within the window, also what Redis had decided. When Redis is
 * back, it is told of them before it decides again.
 *
 * Bound, with G gateways (G = `replicas` when configured rightly), however often Redis goes and comes:
 * - while Redis answers everybody: `limit` in every rolling window;
 * - windows in which some decided alone: `limit + (G - 1) × ceil(limit / replicas)`, so a single gateway stays exact;
 * - when Redis loses its memory (restart, flush): each gateway notices with its next request for the key, because what
 *   it let through last is missing, and tells all it knows first. Uncounted is what the other gateways let through and
 *   have not told yet: at most `limit` more for each loss; nothing with a single gateway.
 * A gateway that restarts forgets its own part of what Redis does not know, at most one share.
 * @throws Error when the URL is none of Redis
 */
export const redisLimiter = (
  options: RedisLimiterOptions,
): Limiter & { version(): Promise<string | null>; close(): void } => {
  const { url, instance, replicas, clock, keysMax = 100_000, answerMsMax = 50 } = options
  const nowMs = elapsedMs(clock)
  const onError = sparingly(options.onError)
  const breaker = circuitBreaker({ failuresMax, openMs, nowMs })
  const onReady = (redis: RedisClient): void => {
    breaker.succeeded()
    // Else the first requests would all send it at once; whatever keeps it from loading will show there as well.
    loadWindow(redis).catch(() => {})
  }
  const link = connectRedis({ url, name: 'micro-limiter', onError, onReady })
  const admissions = createAdmissions(keysMax)
  let ids = 0

  const memberOf = (id: number): string => `${instance}:${id}`
  const tell = (list: readonly Admission[]) =>
    list.map(({ id, atMs }) => ({ member: memberOf(id), ageMs: Math.max(0, nowMs() - atMs) }))

  const askRedis = async (take: Take, mine: Admissions, id: number): Promise<Taken> => {
    const redis = link.ready()
    if (redis === undefined) throw new Error('Redis is away')
    let told = mine.list.filter(({ known }) => !known)
    // Redis drops what is too old a little before this gateway does, so that the last moments prove nothing.
    const provesMs = nowMs() - take.windowMs + witnessMarginMs
    const witness = mine.list.findLast(({ known, atMs }) => known && atMs > provesMs)
    const question = { ...take, member: memberOf(id) }
    let taken = await askWindow(redis, { ...question, uncounted: tell(told), witness: witness && memberOf(witness.id) })
    if (taken === undefined) {
      told = [...mine.list]
      taken = await askWindow(redis, { ...question, uncounted: tell(told), witness: undefined })
    }
    if (taken === undefined) throw new Error('Redis missed a witness nobody named')
    for (const admission of told) admission.known = true
    return taken
  }

  const takeAlone = ({ key, limit, windowMs, cost = 1 }: Take, id: number): Taken => {
    const now = nowMs()
    const mine = admissions.within({ key, windowMs, nowMs: now })
    const share = Math.ceil(limit / replicas)
    const allowed = mine.list.length < share
    if (allowed && cost === 1) admissions.add(mine, { id, atMs: now, known: false }, windowMs)
    const count = mine.list.length
    const leaving = mine.list[Math.max(0, count - share)]
    return { allowed, remaining: Math.max(0, share - count), resetMs: leaving ? leaving.atMs + windowMs - now : 0 }
  }

  return {
    async take(take) {
      const id = ++ids
      // Without a connection there is nothing to ask, and nothing to wait for.
      if (link.ready() === undefined || !breaker.mayAsk()) return takeAlone(take, id)
      const { key, windowMs, cost = 1 } = take
      const mine = admissions.within({ key, windowMs, nowMs: nowMs() })
      try {
        const taken = await inTime(askRedis(take, mine, id), answerMsMax)
        breaker.succeeded()
        if (taken.allowed && cost === 1) admissions.add(mine, { id, atMs: nowMs(), known: true }, windowMs)
        return taken
      } catch (error) {
        breaker.failed()
        onError(error)
        return takeAlone(take, id)
      }
    },
    mode: () => (link.ready() && breaker.isSound() ? 'exact' : 'local'),
    /** What Redis says it is; null while it does not answer. */
    async version() {
      const redis = link.ready()
      if (redis === undefined) return null
      const told = await inTime(redis.info('server'), versionMsMax).catch(() => '')
      return /^redis_version:(\S+)/m.exec(told)?.[1] ?? null
    },
    close: link.close,
  }
}
