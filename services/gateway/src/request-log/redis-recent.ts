import { connectRedis, sparingly } from '@micro/bus/redis'
import type { LoggedRequest, Tenant } from '@micro/contracts'
import { Fault } from '@micro/kernel'
import { keptMs, keyOf, type RecentRequests } from './recent.ts'

export interface RedisRecentOptions {
  /** `redis[s]://[user:password@]host:port` */
  readonly url: string
  readonly max: number
  /** Told sparingly. */
  readonly onError: (error: unknown) => void
}

const flushMs = 500
/** Of one gateway, between two flushes; beyond, requests are not remembered. */
const waitingMax = 5_000

const parse = (text: string): LoggedRequest[] => {
  try {
    return [JSON.parse(text) as LoggedRequest]
  } catch {
    return []
  }
}

/**
 * The last requests as all gateways saw them: a list in Redis for each merchant and mode, cut at its length, gone a day
 * after its last request. Written some at a time, so that a busy merchant costs Redis three commands each time, however
 * many the requests were. While Redis is away, nothing is remembered.
 * @throws Error when the URL is none of Redis
 */
export const redisRecent = (options: RedisRecentOptions): RecentRequests => {
  const { max } = options
  const onError = sparingly(options.onError)
  const link = connectRedis({ url: options.url, name: 'micro-request-log', onError })
  const nameOf = (tenant: Tenant): string => `micro:request_log:${keyOf(tenant)}`
  let waiting = new Map<string, LoggedRequest[]>()
  let count = 0

  const write = async (name: string, requests: readonly LoggedRequest[]): Promise<void> => {
    const redis = link.ready()
    if (redis === undefined) return
    const lines = requests.slice(-max).map((request) => JSON.stringify(request))
    // Sent together: what is queued in one turn leaves in one write.
    await Promise.all([redis.rPush(name, lines), redis.lTrim(name, -max, -1), redis.pExpire(name, keptMs)])
  }
  const flush = (): void => {
    const now = waiting
    waiting = new Map()
    count = 0
    for (const [name, requests] of now) write(name, requests).catch(onError)
  }
  const flushing = max === 0 ? undefined : setInterval(flush, flushMs).unref()

  return {
    max,
    keep(tenant, request) {
      if (max === 0 || count >= waitingMax) return
      count++
      const name = nameOf(tenant)
      const own = waiting.get(name)
      if (own === undefined) waiting.set(name, [request])
      else own.push(request)
    },
    async read(tenant) {
      if (max === 0) return []
      const lines = await link
        .ready()
        ?.lRange(nameOf(tenant), -max, -1)
        .catch((cause: unknown) => {
          onError(cause)
          return undefined
        })
      if (lines === undefined) throw new Fault('upstream_unavailable', { service: 'Redis', retry_after: 1 })
      return lines.flatMap(parse)
    },
    close() {
      clearInterval(flushing)
      link.close()
    },
  }
}
