import type { Event } from '@micro/contracts'
import { eventually } from '@micro/testing'
import { afterEach, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { startWorld, type World } from '../gateway.fixture.ts'
import { openSse } from './sse.fixture.ts'
import { openStream } from './stream.fixture.ts'

let world: World
afterEach(() => world.stop())

/** An event that counts how often it is made a text of. The same id for everybody, as no store of ours would give it. */
const countedEvent = (merchant: string) => {
  let count = 0
  const event: Event & { toJSON(): Event } = {
    id: 'evt_1',
    object: 'event',
    api_version: 'test',
    created: 0,
    data: { object: { merchant } },
    livemode: false,
    pending_webhooks: 0,
    request: { id: null, idempotency_key: null },
    type: 'payment_intent.created',
    toJSON() {
      count++
      const { toJSON: _, ...plain } = event
      return plain
    },
  }
  return { event, count: () => count }
}

const announce = (merchant: string, event: Event): void =>
  world.bus.publish('events.stored', { merchant, mode: 'test', events: [{ seq: 1, event }] })

/** Texts that a session of Stripe's command line got. */
const openCli = async (key: string): Promise<string[]> => {
  const { json } = await world.call('POST', '/v1/stripecli/sessions', {
    key,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: 'device_name=desk&websocket_features[]=webhooks',
  })
  const socket = new WebSocket(String(json['websocket_url']), ['stripecli-devproxy-v1'], {
    headers: { 'websocket-id': String(json['websocket_id']) },
  })
  const texts: string[] = []
  socket.on('message', (data: Buffer) => texts.push(data.toString('utf8')))
  await new Promise((resolve, reject) => socket.on('open', resolve).on('error', reject))
  return texts
}

test('an event is written once in each form, however many sockets it goes to, and for each merchant its own', async () => {
  world = await startWorld()
  const merchants = ['acct_a', 'acct_b'].map((merchant) => ({ merchant, key: world.auth.issue(merchant) }))
  const readers = await Promise.all(
    merchants.map(async ({ merchant, key }) => ({
      ...countedEvent(merchant),
      merchant,
      sockets: await Promise.all(Array.from({ length: 5 }, () => openStream(world, key, { resume: null }))),
      sse: await Promise.all(Array.from({ length: 4 }, () => openSse(world.url, key))),
      cli: await Promise.all(Array.from({ length: 3 }, () => openCli(key))),
    })),
  )
  for (const { sockets } of readers)
    await eventually(() => {
      for (const { frames } of sockets) expect(frames.at(-1)?.type).toBe('ready')
    })
  for (const { merchant, event } of readers) announce(merchant, event)
  for (const { merchant, sockets, sse, cli, count } of readers) {
    const own = JSON.stringify({ merchant })
    await eventually(() => {
      for (const { frames } of sockets) expect(JSON.stringify(frames.at(-1))).toContain(own)
      for (const { events } of sse) expect(events.map(({ data }) => data).join()).toContain(own)
      for (const texts of cli) expect(texts).toHaveLength(2)
    })
    for (const text of cli.flat()) {
      const { event_payload: payload } = JSON.parse(text) as { event_payload: string }
      expect(JSON.parse(payload)).toMatchObject({ id: 'evt_1', data: { object: { merchant } } })
    }
    expect(count()).toBe(3)
  }
})
