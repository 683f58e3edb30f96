import { verifySignatureHeader } from '@micro/signing'
import { eventually } from '@micro/testing'
import { afterAll, expect, test } from 'vitest'
import { caller, newMerchant } from './api.ts'
import { allOf, payUntilCut, type Attempt } from './attempts.ts'
import { isAlive, micro, removeTemporaryDirectories } from './harness.ts'
import { receiver as startReceiver } from './listener.ts'

afterAll(removeTemporaryDirectories)

const isJust = (header: string, payload: string, secret: string): boolean => {
  const now = Number(/^t=(\d+),/.exec(header)?.[1])
  return verifySignatureHeader({ header, payload, secret, now })
}

test('killed again and again under load, every event reaches its endpoint, signed, and repeats bear the same id', async () => {
  const receiver = await startReceiver()
  let platform = await micro()
  const merchant = await newMerchant(platform.url)
  const { body: endpoint } = await merchant.test('POST', '/v1/webhook_endpoints', {
    body: { url: receiver.url, enabled_events: ['*'], delivery: { timeout: 1 } },
  })
  const attempts: Attempt[] = []
  for (let kills = 0; kills < 3; kills++) {
    const before = receiver.received.length
    const call = caller(platform.url, merchant.key)
    const load = Promise.all(Array.from({ length: 4 }, () => payUntilCut(call, attempts)))
    // In the middle of delivering: more is stored than was received.
    await eventually(() => expect(receiver.received.length).toBeGreaterThan(before + 20), { timeoutMs: 60_000 })
    process.kill(platform.pid, 'SIGKILL')
    await load
    await eventually(() => expect(isAlive(platform.pid)).toBe(false))
    platform = await micro({ dataDir: platform.dataDir })
  }
  const call = caller(platform.url, merchant.key)
  const events = await allOf(call, '/v1/events')
  expect(events.length).toBeGreaterThan(60)
  await eventually(
    async () => {
      expect((await call('GET', '/events/deliveries?status=pending')).body.data).toEqual([])
      const received = new Set(receiver.received.map(({ event }) => event.id))
      expect((await allOf(call, '/v1/events')).filter(({ id }) => !received.has(id))).toEqual([])
    },
    { timeoutMs: 60_000, everyMs: 500 },
  )
  const known = new Map((await allOf(call, '/v1/events')).map((event) => [event.id, event.type]))
  for (const { event, body, headers } of receiver.received) {
    expect(known.get(event.id)).toBe(event.type)
    expect(isJust(String(headers['stripe-signature']), body, String(endpoint['secret']))).toBe(true)
  }
  await platform.stop()
  receiver.close()
}, 180_000)
