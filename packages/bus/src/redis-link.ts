import { randomInt } from 'node:crypto'
import { createClient } from '@redis/client'

const retryMsMin = 50
const retryMsMax = 2_000
const connectMsMax = 2_000
const pingEveryMs = 2_000
/** Commands written or waiting; beyond, they are refused. What is sent here is worth nothing once it is old. */
const commandsMax = 10_000

const createRedisClient = (url: string, name: string) =>
  createClient({
    url,
    name,
    disableOfflineQueue: true,
    disableClientInfo: true,
    commandsQueueMaxLength: commandsMax,
    maintNotifications: 'disabled',
    // Callers keep their own time; the client's would be a timer for every command.
    commandOptions: { timeout: 0 },
    // This file reconnects instead: its pauses can be cut short, and every connection begins with a blank client.
    socket: { connectTimeout: connectMsMax, reconnectStrategy: false },
  })

export type RedisClient = ReturnType<typeof createRedisClient>

/** A connection that is made again whenever it is lost. */
export interface RedisLink {
  /** The connected client; undefined while there is none. */
  ready(): RedisClient | undefined
  /** At once, whether Redis is there or not; commands under way are rejected. */
  close(): void
}

export interface RedisLinkOptions {
  /** `redis://` or, over TLS, `rediss://`, with `user:password@` where Redis asks for it. */
  readonly url: string
  /** How `CLIENT LIST` calls the connection. */
  readonly name: string
  /** Called for every lost connection and failed attempt. Never contains the URL, which holds a password. */
  readonly onError: (error: unknown) => void
  /** Called with a blank client, each time there is a connection. */
  readonly onReady?: (client: RedisClient) => void
}

/** Doubles from 50 ms to 2 s; the random half keeps a fleet that lost Redis together from coming back together. */
export const retryDelayMs = (retries: number): number => {
  const ms = Math.min(retryMsMax, retryMsMin * 2 ** retries)
  return randomInt(Math.ceil(ms / 2), ms + 1)
}

/** Parsing errors of Node quote the whole URL, password included. */
const assertRedisUrl = (url: string): void => {
  if (!/^rediss?:\/\//.test(url) || !URL.canParse(url))
    throw new Error('The Redis URL is not of the form redis[s]://[user:password@]host:port')
}

/**
 * Connects, and reconnects, in the background. A connection that does not answer a ping by the time of the next (2 s)
 * counts as lost: neither a frozen Redis nor a vanished host closes one.
 * @throws Error when the URL is none of Redis
 */
export const connectRedis = ({ url, name, onError, onReady }: RedisLinkOptions): RedisLink => {
  assertRedisUrl(url)
  let current: RedisClient | undefined
  let retries = 0
  let closed = false
  let retry: NodeJS.Timeout | undefined

  const attempt = (): void => {
    const client = createRedisClient(url, name)
    let heartbeat: NodeJS.Timeout | undefined
    let answered = true

    const lose = (error: unknown): void => {
      if (current !== client) return
      current = undefined
      clearInterval(heartbeat)
      client.destroy()
      onError(error)
      retry = setTimeout(attempt, retryDelayMs(retries++))
    }
    const beat = (): void => {
      if (current !== client) return clearInterval(heartbeat)
      if (!answered) return lose(new Error(`Redis did not answer a ping for ${pingEveryMs} ms`))
      answered = false
      client.sendCommand(['PING']).then(() => (answered = true), lose)
    }
    const begin = (): void => {
      if (current !== client) return
      retries = 0
      heartbeat = setInterval(beat, pingEveryMs).unref()
      onReady?.(client)
    }

    current = client
    client.on('error', lose)
    // A client destroyed while its socket was being opened does not know of that socket until now.
    client.on('connect', () => {
      if (current !== client) client.destroy()
    })
    client.connect().then(begin, lose)
  }

  attempt()
  return {
    ready: () => (current?.isReady ? current : undefined),
    close() {
      if (closed) return
      closed = true
      clearTimeout(retry)
      const last = current
      current = undefined
      last?.destroy()
    },
  }
}
