import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { eventually, freePort, redisAvailable, startRedis, type TestRedis } from '@micro/testing'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { busConformance } from '../conformance/bus.ts'
import type { Bus } from './bus.ts'
import { redisBus } from './redis-bus.ts'
import { connectRedis } from './redis-link.ts'

interface Messages {
  ping: { n: number }
  pong: { n: number }
}

const password = 'a password: with @ and /'
let redis: TestRedis
let buses = 0
const opened: Bus<Messages>[] = []

const open = (prefix = `test${++buses}:`, url = redis.url) => {
  const errors: string[] = []
  const bus = redisBus<Messages>({ url, prefix, onError: (error) => errors.push(String(error)) })
  opened.push(bus)
  return { bus, errors, prefix }
}
const ready = (...some: Bus<Messages>[]) => eventually(() => some.every((bus) => bus.status() === 'ready'))

/** Publishes again and again, as whoever relies on a doorbell must, until the message arrives. */
const arrives = async (from: Bus<Messages>, to: Bus<Messages>) => {
  const seen: number[] = []
  const unsubscribe = to.subscribe('ping', ({ n }) => void seen.push(n))
  const n = ++buses
  await eventually(() => {
    from.publish('ping', { n })
    return seen.includes(n)
  })
  unsubscribe()
}

afterEach(async () => {
  await Promise.all(opened.splice(0).map((bus) => bus.close()))
})

describe.skipIf(!redisAvailable())('redisBus', () => {
  beforeAll(async () => {
    redis = await startRedis({ password })
  })
  afterAll(() => redis.stop())

  describe('conforms', () => {
    busConformance(async () => {
      const { bus } = open()
      await ready(bus)
      // One connection publishes and one listens, so what was published before the marker has arrived before it.
      const settle = async () => {
        let back = bus.status() === 'closed'
        const unsubscribe = bus.subscribe('marker' as 'ping', () => {
          back = true
        })
        bus.publish('marker' as 'ping', { n: 0 })
        await eventually(() => back)
        unsubscribe()
      }
      return { bus, settle }
    })
  })

  test('installations with different prefixes do not hear each other', async () => {
    const [mine, other] = [open(), open()]
    const seen: number[] = []
    other.bus.subscribe('ping', ({ n }) => void seen.push(n))
    await ready(mine.bus, other.bus)
    await arrives(mine.bus, mine.bus)
    await arrives(other.bus, other.bus)
    expect(seen).toEqual([buses])
  })

  test('a malformed message is dropped and reported once, and the next one arrives', async () => {
    const { bus, errors, prefix } = open()
    const seen: unknown[] = []
    bus.subscribe('ping', (message) => void seen.push(message))
    const raw = connectRedis({ url: redis.url, name: 'raw', onError: () => {} })
    await ready(bus)
    await eventually(() => raw.ready() !== undefined)
    for (const text of ['{', '', 'null', '1', '"text"', '{"n":1}']) await raw.ready()?.publish(`${prefix}ping`, text)
    raw.close()
    await eventually(() => seen.length > 0)
    expect(seen).toEqual([{ n: 1 }])
    expect(errors).toEqual([`Error: A message on ${prefix}ping is not a JSON object`])
  })

  test('what cannot be written as JSON is reported, not thrown', async () => {
    const { bus, errors } = open()
    await ready(bus)
    bus.publish('ping', { n: 1n as unknown as number })
    expect(errors).toEqual(['Error: The bus dropped a message'])
  })

  test('after Redis was restarted, messages flow again on every topic', async () => {
    const [one, two] = [open('shared:').bus, open('shared:').bus]
    const pongs: number[] = []
    two.subscribe('pong', ({ n }) => void pongs.push(n))
    await arrives(one, two)
    await redis.restart()
    await arrives(one, two)
    await eventually(() => {
      one.publish('pong', { n: 7 })
      return pongs.includes(7)
    })
    await ready(one, two)
  })

  test('while Redis is down 10,000 publishes throw nothing and are not told one by one, and the bus closes', async () => {
    const { bus, errors } = open()
    bus.subscribe('ping', () => {})
    await ready(bus)
    await redis.kill()
    await eventually(() => bus.status() === 'away')
    for (let n = 0; n < 10_000; n++) bus.publish('ping', { n })
    await eventually(() => errors.length >= 2)
    expect(errors.length).toBeLessThan(100)
    expect(errors.join()).not.toContain('password')
    await bus.close()
    await redis.restart()
  })

  test('a frozen Redis neither blocks a publisher nor lets it pile up messages', async () => {
    const { bus, errors } = open()
    await ready(bus)
    redis.freeze()
    for (let n = 0; n < 20_000; n++) bus.publish('ping', { n })
    await eventually(() => errors.includes('Error: The bus dropped a message'))
    await eventually(() => bus.status() === 'away')
    redis.thaw()
    await arrives(bus, bus)
  })

  test('the buses of two processes talk', async () => {
    const { bus, prefix } = open()
    const fixture = fileURLToPath(new URL('redis-bus.fixture.ts', import.meta.url))
    const other = spawn(process.execPath, [fixture, redis.url, prefix], { stdio: ['pipe', 'inherit', 'inherit'] })
    const ended = once(other, 'exit')
    const pongs: number[] = []
    bus.subscribe('pong', ({ n }) => void pongs.push(n))
    await eventually(() => {
      bus.publish('ping', { n: 42 })
      return pongs.includes(42)
    })
    other.stdin.end()
    expect(await ended).toEqual([0, null])
  })
})

test('a bus whose Redis was never there starts, drops and closes', async () => {
  const { bus, errors } = open('none:', `redis://:secret@127.0.0.1:${await freePort()}`)
  bus.subscribe('ping', () => {})
  bus.publish('ping', { n: 1 })
  await eventually(() => errors.some((error) => error.includes('ECONNREFUSED')))
  expect(bus.status()).toBe('away')
  expect(errors.join()).not.toContain('secret')
  await bus.close()
})

test('a connection that opens after the bus was closed is not kept', async () => {
  const sockets = new Set<unknown>()
  let connections = 0
  const server = createServer((socket) => {
    connections++
    sockets.add(socket)
    socket
      .on('error', () => {})
      .once('close', () => sockets.delete(socket))
      .resume()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { bus } = open('slow:', `redis://127.0.0.1:${(server.address() as AddressInfo).port}`)
  await bus.close()
  await eventually(() => connections === 2 && sockets.size === 0)
  server.close()
})

test('rediss:// speaks TLS', async () => {
  let firstByte: number | undefined
  const server = createServer((socket) => {
    socket
      .on('error', () => {})
      .once('data', (data) => {
        firstByte = data[0]
        socket.destroy()
      })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  open('tls:', `rediss://127.0.0.1:${(server.address() as AddressInfo).port}`)
  await eventually(() => firstByte === 0x16)
  server.close()
})

for (const url of ['', 'localhost:6379', 'http://localhost', 'redis://:secret@host:port'])
  test(`"${url}" is refused without being quoted`, () => {
    let message = ''
    try {
      open('no:', url)
    } catch (error) {
      message = String(error)
    }
    expect(message).toContain('redis[s]://')
    expect(message).not.toContain('secret')
  })
