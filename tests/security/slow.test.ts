import { connect, type Socket } from 'node:net'
import { eventually } from '@micro/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newMerchant, type Merchant } from '../e2e/api.ts'
import { statusesOf } from './raw.ts'
import { inOneProcess, type World } from './worlds.ts'

/** Where a second address of this machine can be had without asking, the slow ones come from there. */
const elsewhere = process.platform === 'linux' ? '127.0.0.2' : undefined
const crowdMax = elsewhere === undefined ? 500 : 1_200
const connectionsPerAddressMax = 1_000

let world: World
let merchant: Merchant
beforeAll(async () => {
  world = await inOneProcess()
  merchant = await newMerchant(world.url)
}, 180_000)
afterAll(() => world?.stop(), 180_000)

interface Slow {
  readonly socket: Socket
  readonly received: () => string
  readonly isClosed: () => boolean
}

/** A client that sends a beginning at once, and of the rest a byte every now and then, as if it never came to an end. */
const dribble = (beginning: string, { everyMs, from }: { everyMs: number; from?: string | undefined }): Slow => {
  const { hostname, port } = new URL(world.url)
  const socket = connect({ port: Number(port), host: hostname, ...(from === undefined ? {} : { localAddress: from }) })
  let text = ''
  let closed = false
  socket.on('connect', () => socket.write(beginning))
  socket.on('data', (chunk) => (text += chunk.toString()))
  socket.on('error', () => {})
  const timer = setInterval(() => socket.write('a'), everyMs)
  socket.on('close', () => {
    clearInterval(timer)
    closed = true
  })
  return { socket, received: () => text, isClosed: () => closed }
}

const medianMs = async (requests: number): Promise<number> => {
  const times: number[] = []
  for (let at = 0; at < requests; at++) {
    const started = performance.now()
    expect((await merchant.test('GET', '/v1/payment_intents?limit=1')).status).toBe(200)
    times.push(performance.now() - started)
  }
  return times.toSorted((a, b) => a - b)[Math.floor(requests / 2)] ?? 0
}

const isOpen = ({ isClosed }: Slow): boolean => !isClosed()

test('who never ends a request is cut off, and a crowd of them holds nobody up', { timeout: 180_000 }, async () => {
  const alone = await medianMs(40)
  const headers = dribble('GET /v1/events HTTP/1.1\r\nHost: localhost\r\nX-Slow: ', { everyMs: 500 })
  const crowd = Array.from({ length: crowdMax }, (_, at) =>
    dribble('GET /v1/events HTTP/1.1\r\nHost: localhost\r\nX-Slow: ', { everyMs: 2_000 + at, from: elsewhere }),
  )
  if (elsewhere !== undefined)
    await eventually(() => expect(crowd.filter(isOpen).length).toBeLessThanOrEqual(connectionsPerAddressMax))
  expect(crowd.filter(isOpen).length).toBeGreaterThan(crowdMax / 2)

  // Far apart from what a server that is held up would take, and from what a busy machine does to a single request.
  expect(await medianMs(40)).toBeLessThan(alone * 10 + 250)

  await eventually(() => expect(headers.isClosed()).toBe(true), { timeoutMs: 60_000 })
  await eventually(() => expect(crowd.filter(isOpen)).toEqual([]), { timeoutMs: 60_000 })
  expect(statusesOf(headers.received())).toEqual([400])
  expect(headers.received()).toContain('the request did not arrive in time')
})
