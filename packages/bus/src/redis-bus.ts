import type { Bus, BusStatus } from './bus.ts'
import { connectRedis, type RedisClient } from './redis-link.ts'
import { sparingly } from './sparingly.ts'

type Handler = (message: never) => void

export interface RedisBusOptions {
  /** `redis[s]://[user:password@]host:port` */
  readonly url: string
  /** What a handler threw, and, sparingly, what was lost: connections, messages not sent, messages not understood. */
  readonly onError: (error: unknown) => void
  /** Before every channel, so that installations can share one Redis. */
  readonly prefix?: string
}

/** Messages that wait for this process's own subscriptions to be confirmed; beyond, they are dropped. */
const heldMax = 1_000

const parseMessage = (text: string): object | undefined => {
  try {
    const message: unknown = JSON.parse(text)
    return typeof message === 'object' && message !== null ? message : undefined
  } catch {
    return undefined
  }
}

/**
 * The bus between processes, over Redis Pub/Sub: one connection publishes, one listens. While Redis is away messages
 * are dropped, not kept: a doorbell that rings late tells nobody anything new. Both connections come back by
 * themselves, the listening one with all its topics.
 *
 * What a process publishes after it subscribed reaches its own handlers too. A topic once subscribed stays subscribed
 * at Redis until the bus is closed; there are few.
 * @throws Error when the URL is none of Redis
 */
export const redisBus = <Messages extends object>({
  url,
  onError,
  prefix = 'micro:',
}: RedisBusOptions): Bus<Messages> => {
  const handlers = new Map<string, Set<Handler>>()
  const held: { channel: string; text: string }[] = []
  const onLink = sparingly(onError)
  const onDropped = sparingly(onError)
  const onMalformed = sparingly(onError)
  let open = true
  let unconfirmed = 0

  const deliver = (topic: string, text: string): void => {
    const message = parseMessage(text)
    if (message === undefined) return onMalformed(new Error(`A message on ${prefix}${topic} is not a JSON object`))
    for (const handler of [...(handlers.get(topic) ?? [])]) {
      try {
        handler(message as never)
      } catch (error) {
        onError(error)
      }
    }
  }

  const dropped = (cause: unknown): void => {
    if (open) onDropped(new Error('The bus dropped a message', { cause }))
  }

  const send = (channel: string, text: string): void => {
    const client = publisher.ready()
    if (client === undefined) return dropped(new Error('Redis is away'))
    client.publish(channel, text).catch(dropped)
  }

  const listen = (client: RedisClient, topic: string): void => {
    unconfirmed++
    const confirmed = (): void => {
      unconfirmed--
      if (unconfirmed === 0) for (const { channel, text } of held.splice(0)) send(channel, text)
    }
    // A refused subscription has lost its connection, or gets it again with the next one.
    client
      .subscribe(prefix + topic, (text) => deliver(topic, text))
      .catch((error: unknown) => void (open && onLink(error)))
      .finally(confirmed)
  }

  const subscriber = connectRedis({
    url,
    name: 'micro-bus-subscriber',
    onError: onLink,
    onReady: (client) => {
      for (const topic of handlers.keys()) listen(client, topic)
    },
  })
  const publisher = connectRedis({ url, name: 'micro-bus-publisher', onError: onLink })

  const status = (): BusStatus => {
    if (!open) return 'closed'
    return publisher.ready() && subscriber.ready() && unconfirmed === 0 ? 'ready' : 'away'
  }

  return {
    publish(topic, message) {
      if (!open) return
      try {
        const entry = { channel: prefix + topic, text: JSON.stringify(message) }
        if (unconfirmed === 0) send(entry.channel, entry.text)
        else if (held.length < heldMax) held.push(entry)
        else dropped(new Error('Too many messages wait for a subscription'))
      } catch (error) {
        dropped(error)
      }
    },
    subscribe(topic, handler) {
      if (!open) return () => {}
      const known = handlers.get(topic)
      const topicHandlers = known ?? new Set<Handler>()
      handlers.set(topic, topicHandlers.add(handler))
      const client = subscriber.ready()
      if (known === undefined && client) listen(client, topic)
      return () => {
        topicHandlers.delete(handler)
      }
    },
    status,
    close() {
      open = false
      handlers.clear()
      held.length = 0
      subscriber.close()
      publisher.close()
      return Promise.resolve()
    },
  }
}
