import { memoryBus } from '@micro/bus'
import { createClient, localTransport } from '@micro/client'
import { eventsApi, type BusMessages, type SequencedEvent, type ServerFrame } from '@micro/contracts'
import { systemClock } from '@micro/kernel'
import { seededIds, testDatabase, unwatched } from '@micro/testing'
import { WebSocket } from 'ws'
import { defaultEventsConfig } from '../../../events/src/config.ts'
import { arraySource, outboxEvent, testRuntime } from '../../../events/src/events.fixture.ts'
import { eventsService } from '../../../events/src/service.ts'
import { readGatewayConfig } from '../config.ts'
import { memoryRecent } from '../request-log/memory-recent.ts'
import { createGateway, type Gateway } from '../gateway.ts'
import { fakeAuth, fakeRuntime } from '../gateway.fixture.ts'
import { memoryLimiter } from '../limits/memory-limiter.ts'
import { fakePairings, fakeSessions } from '../stripe-cli/sessions.fixture.ts'
import { noBrowserSessions } from '../browser-session.fixture.ts'
import { openSse, type SseClient } from './sse.fixture.ts'

/** As many as one test opens, whoever they are and wherever they come from. */
const many = 10_000
const backoffMs = 50

/** The real events service on its database, and gateways that come and go on one port. */
export const startStores = async (bufferedBytesMax: number) => {
  const database = await testDatabase('events')
  const outbox = arraySource()
  const bus = memoryBus<BusMessages>({ onError: () => {} })
  const service = eventsService({
    ...testRuntime(seededIds(7)),
    bus,
    db: database.db,
    config: { ...defaultEventsConfig, pollMs: 50 },
    sources: { payments: outbox.source },
  })
  await service.start()
  const events = createClient(eventsApi, localTransport(service, { kind: 'service', service: 'gateway' }))
  const auth = fakeAuth()
  const reads = new Map<string, number>()
  const runtime = { ...fakeRuntime(), bus }
  let gateway: Gateway | undefined
  let port = 0
  let position = 0

  const start = async (): Promise<void> => {
    const defaults = readGatewayConfig({})
    const unreached = { handle: () => {} }
    gateway = createGateway({
      ...runtime,
      ...unwatched('gateway'),
      config: {
        ...defaults,
        host: '127.0.0.1',
        port,
        drainMs: 5_000,
        limits: { perKey: 0, perIp: 0, login: 0 },
        // One address stands for all of them here.
        trustedProxies: ['127.0.0.1'],
        stream: {
          ...defaults.stream,
          connectionsMax: many,
          connectionsPerKeyMax: many,
          connectionsPerMerchantMax: many,
          connectionsPerIpMax: many,
          bufferedBytesMax,
        },
      },
      upstreams: { auth: unreached, payments: unreached, ledger: unreached, events: unreached },
      auth: auth.client,
      events: {
        readEventStream(input) {
          const { merchant = '', limit } = input.query ?? {}
          if (limit !== 0) reads.set(merchant, (reads.get(merchant) ?? 0) + 1)
          return events.readEventStream(input)
        },
      },
      recent: memoryRecent({ max: 0 }),
      cliSessions: fakeSessions(() => 0).client,
      pairings: fakePairings,
      browserSessions: noBrowserSessions,
      limiter: memoryLimiter({ clock: systemClock }),
      health: {},
    })
    port = (await gateway.listen()).port
  }
  const stop = async (): Promise<void> => gateway?.close()
  await start()

  return {
    auth,
    url: () => `http://127.0.0.1:${port}`,
    /** How often a page of this merchant's events was read. */
    reads: (merchant: string) => reads.get(merchant) ?? 0,
    /** Happens to each of these merchants, `count` times. */
    happen(merchants: readonly string[], count: number, text = ''): void {
      for (let at = 0; at < count; at++)
        for (const merchant of merchants)
          outbox.rows.push(
            outboxEvent(++position, { merchant, object: { id: `ch_${position}`, object: 'charge', text } }),
          )
      bus.publish('outbox.ready', { service: 'payments' })
    },
    /** All of a merchant's events, as they are stored. */
    async stored(merchant: string): Promise<string[]> {
      const all: SequencedEvent[] = []
      for (;;) {
        const query = { merchant, mode: 'test', after: all.at(-1)?.seq ?? 0, limit: 500 } as const
        const page = await events.readEventStream({ query })
        if (page.events.length === 0) return all.map(({ event }) => event.id)
        all.push(...page.events)
      }
    },
    waiting: outbox.waiting,
    start,
    stop,
    async close(): Promise<void> {
      await stop()
      await service.stop()
      await bus.close()
      await database.close()
    },
  }
}

export type Stores = Awaited<ReturnType<typeof startStores>>

/** A client that comes back whenever its connection ends, and goes on behind the last event it has. */
export interface Follower {
  readonly merchant: string
  /** The ids of all events it got, in the order it got them. */
  readonly ids: string[]
  /** What was not the next in order. */
  readonly jumps: string[]
  connected(): boolean
  /** Breaks its connection off, as a cable does. */
  cut(): void
  /** Stays away until told otherwise. */
  away(isAway: boolean): void
  /** Takes nothing of what was sent, or takes it again. */
  paused(isPaused: boolean): void
  leave(): void
}

interface Link {
  cut(): void
  paused(isPaused: boolean): void
}

interface Place {
  readonly seq: number
  readonly id: string | undefined
}

/** What both kinds share: `dial` opens one connection, and tells of each event and of the end. */
const follow = (
  merchant: string,
  dial: (place: Place, on: { event(seq: number, id: string): void; open(): void; end(): void }) => Link,
): Follower => {
  const ids: string[] = []
  const jumps: string[] = []
  let place: Place = { seq: 0, id: undefined }
  let link: Link | undefined
  let isOpen = false
  let isAway = false
  let left = false

  const connect = (): void => {
    if (left || isAway || link !== undefined) return
    let ended = false
    link = dial(place, {
      open: () => void (isOpen = true),
      event(seq, id) {
        if (ended) return
        if (seq !== place.seq + 1) jumps.push(`${place.seq} → ${seq}`)
        place = { seq, id }
        ids.push(id)
      },
      end() {
        if (ended) return
        ended = true
        isOpen = false
        link = undefined
        setTimeout(connect, backoffMs)
      },
    })
  }
  connect()
  return {
    merchant,
    ids,
    jumps,
    connected: () => isOpen,
    cut: () => link?.cut(),
    away(now) {
      isAway = now
      if (now) link?.cut()
      else if (link === undefined) connect()
    },
    paused: (now) => link?.paused(now),
    leave() {
      left = true
      link?.cut()
    },
  }
}

/** Over the WebSocket, acknowledging all. */
export const followWebSocket = (stores: Stores, merchant: string, key: string): Follower =>
  follow(merchant, ({ seq: after, id }, on) => {
    const socket = new WebSocket(`${stores.url().replace('http', 'ws')}/ws`, {
      headers: { authorization: `Bearer ${key}` },
      perMessageDeflate: false,
    })
    socket.on('message', (data: Buffer) => {
      const frame = JSON.parse(data.toString()) as ServerFrame
      if (frame.type === 'hello')
        socket.send(JSON.stringify({ type: 'resume', after, ...(id === undefined ? {} : { event: id }) }))
      if (frame.type === 'ready') on.open()
      if (frame.type !== 'event') return
      on.event(frame.seq, frame.event.id)
      if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ type: 'ack', seq: frame.seq }))
    })
    socket.on('error', () => {})
    socket.on('close', on.end)
    return {
      cut: () => socket.terminate(),
      paused: (now) => (now ? socket.pause() : socket.resume()),
    }
  })

/** Over server-sent events. */
export const followSse = (stores: Stores, merchant: string, key: string): Follower =>
  follow(merchant, ({ seq, id }, on) => {
    let client: SseClient | undefined
    let isCut = false
    const options = id === undefined ? { query: '?since=0' } : { lastEventId: `${seq}-${id}` }
    const event = (cursor: string, type: string): void => {
      const [, at = '', name = ''] = /^(\d+)-(.+)$/.exec(cursor) ?? []
      if (type === 'message') on.event(Number(at), name)
    }
    openSse(stores.url(), key, { ...options, onEvent: event }).then((opened) => {
      client = opened
      if (isCut) opened.leave()
      else if (opened.status === 200) on.open()
      void opened.closed.then(on.end)
    }, on.end)
    return {
      cut() {
        isCut = true
        client?.leave()
      },
      paused: (now) => void (now ? client?.response.pause() : client?.response.resume()),
    }
  })
