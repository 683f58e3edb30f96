import { connectRedis, type RedisClient } from '@micro/bus/redis'
import { monotonicMs, systemClock } from '@micro/kernel'
import { eventually } from '@micro/testing'
import { redisLimiter } from './redis-limiter.ts'

export type GatewayLimiter = ReturnType<typeof redisLimiter>

/** Waits by the clock that the limiters go by. */
export const pass = async (ms: number): Promise<void> => {
  const untilMs = monotonicMs() + ms + 1
  await eventually(() => monotonicMs() >= untilMs, { everyMs: 2 })
}

let instances = 0
const opened: { close(): void }[] = []

/** The limiters of several gateways on one Redis, connected, and so patient that a slow machine changes nothing. */
export const openLimiters = async (
  url: string,
  gateways: number,
  { answerMsMax = 5_000 } = {},
): Promise<GatewayLimiter[]> => {
  const shared = { url, replicas: gateways, clock: systemClock, onError: () => {}, answerMsMax }
  const limiters = Array.from({ length: gateways }, () => redisLimiter({ ...shared, instance: `gw${++instances}` }))
  opened.push(...limiters)
  await eventually(() => limiters.every((limiter) => limiter.mode() === 'exact'))
  return limiters
}

/** A connection of the test's own, for what only Redis can be told. */
export const openRaw = async (url: string): Promise<RedisClient> => {
  const link = connectRedis({ url, name: 'test', onError: () => {} })
  opened.push(link)
  await eventually(() => link.ready() !== undefined)
  const client = link.ready()
  if (client === undefined) throw new Error('the connection was lost at once')
  return client
}

export const closeAll = (): void => {
  for (const one of opened.splice(0)) one.close()
}
