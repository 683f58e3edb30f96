import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { ApiError, ConnectionError, createStreams, httpTransport, StreamBrokenError, streamBytes } from '@micro/client'
import { route, type Api } from '@micro/contracts'
import { Fault } from '@micro/kernel'
import { createService, csv, ndjson, type Call, type Service } from '@micro/service'
import { eventually } from '@micro/testing'
import Type from 'typebox'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { fakeRuntime } from '../gateway.fixture.ts'
import type { Upstream } from './upstream.ts'

const api = {
  count: route({
    method: 'GET',
    path: '/counts',
    service: 'payments',
    access: ['secret_key'],
    scope: 'payments:read',
    status: 200,
    summary: 'Numbers.',
    query: Type.Object({ format: Type.Optional(Type.String()) }),
    response: Type.Object({ asked: Type.Boolean() }),
    stream: {
      formats: ['ndjson', 'csv'],
      line: Type.Object({ object: Type.String(), at: Type.Optional(Type.Integer()) }),
      end: 'count.end',
      always: false,
    },
  }),
} as const satisfies Api

type Line = { object: string; at?: number }
type Counting = (call: Call<(typeof api)['count']>) => AsyncGenerator<Line | Line[]>
const number = (at: number): Line => ({ object: 'count', at })
const end: Line = { object: 'count.end' }

/** What every way to a service must hold to where the answer is a stream; run by each adapter's tests. */
export const streamConformance = (adapter: string, reach: (service: Service) => Promise<Upstream>): void => {
  describe(`streams through an upstream: ${adapter}`, () => {
    const principal = { kind: 'api_key', merchant: 'acct_a', mode: 'test', keyId: 'key_1', scopes: ['*'] } as const
    let counting: Counting
    let service: Service
    let server: Server
    let baseUrl: string
    let ended: unknown[]
    let leaving: AbortController

    beforeAll(async () => {
      async function* watched(call: Call<(typeof api)['count']>) {
        try {
          yield* counting(call)
        } finally {
          ended.push(call.signal.aborted)
        }
      }
      const count = (call: Call<(typeof api)['count']>) => {
        if (call.accepts === undefined) return Promise.resolve({ asked: true })
        const lines = watched(call)
        return Promise.resolve(call.accepts === 'csv' ? csv(textOf(lines)) : ndjson(lines))
      }
      async function* textOf(lines: AsyncIterable<Line | Line[]>) {
        for await (const line of lines) yield JSON.stringify(line)
      }
      const parts = { name: 'payments', api, handlers: { count }, ready: () => Promise.resolve() } as const
      service = createService(parts, fakeRuntime())
      const upstream = await reach(service)
      await service.start()
      server = createServer((request, response) => {
        const headOnly = request.method === 'HEAD'
        if (headOnly) request.method = 'GET'
        const context = { requestId: 'req_1', principal, clientIp: '', headOnly, draining: leaving.signal }
        upstream.handle(request, response, context)
      })
      server.listen(0, '127.0.0.1')
      await once(server, 'listening')
      baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    })
    beforeEach(() => {
      ended = []
      leaving = new AbortController()
    })
    afterAll(async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await service.stop()
    })

    const lines = () => createStreams(api, httpTransport({ baseUrl })).count({})
    const collect = async <T>(from: AsyncIterable<T>): Promise<{ got: T[]; error?: unknown }> => {
      const got: T[] = []
      try {
        for await (const each of from) got.push(each)
        return { got }
      } catch (error) {
        return { got, error }
      }
    }
    const csvBytes = async () => {
      const { got, error } = await collect(streamBytes({ baseUrl }, api.count, { accept: 'text/csv' }))
      return { text: Buffer.concat(got).toString('utf8'), error }
    }

    test('each line arrives while the next is not there yet, and lines that are at hand together all do', async () => {
      const read: number[] = []
      let readOne = (): void => {}
      const firstRead = new Promise<void>((resolve) => (readOne = resolve))
      counting = async function* () {
        yield number(1)
        await firstRead
        yield [number(2), number(3)]
        yield end
      }
      for await (const { at } of lines()) {
        if (at === 1) readOne()
        if (at !== undefined) read.push(at)
      }
      expect(read).toEqual([1, 2, 3])
      await eventually(() => expect(ended).toHaveLength(1))
    })

    test('what a caller gets who asks for no stream is one body', async () => {
      const response = await fetch(`${baseUrl}/counts`)
      expect([response.headers.get('content-type'), await response.json()]).toEqual([
        'application/json; charset=utf-8',
        { asked: true },
      ])
    })

    test('a fault before the first line is answered like any other', async () => {
      const missing = (): void => {
        throw new Fault('resource_missing', { resource: 'count', id: 'x' })
      }
      counting = async function* () {
        missing()
        yield end
      }
      const { got, error } = await collect(lines())
      expect([got, error]).toEqual([[], expect.any(ApiError)])
      expect((error as ApiError).status).toBe(404)
    })

    for (const [name, failure, code] of [
      ['a fault', new Fault('ledger_busy'), 'ledger_busy'],
      ['a bug', new Error('secret detail'), 'internal'],
    ] as const)
      test(`${name} after it is the last line, and tells no more than it may`, async () => {
        counting = async function* () {
          yield number(1)
          throw failure
        }
        const { got, error } = await collect(lines())
        expect([got, (error as ApiError).body.error.code]).toEqual([[number(1)], code])
        expect(JSON.stringify((error as ApiError).body)).not.toContain('secret detail')
      })

    test('a stream that forgets its closing line is not taken for whole', async () => {
      counting = async function* () {
        yield number(1)
      }
      expect(await collect(lines())).toMatchObject({
        got: [number(1)],
        error: { body: { error: { code: 'internal' } } },
      })
    })

    test('CSV has no line for an error: its connection breaks off', async () => {
      counting = async function* () {
        yield number(1)
        throw new Fault('ledger_busy')
      }
      const broken = await csvBytes()
      expect(broken.error).toBeInstanceOf(ConnectionError)
      counting = async function* () {
        yield number(1)
      }
      expect(await csvBytes()).toEqual({ text: `${JSON.stringify(number(1))}\r\n`, error: undefined })
    })

    test('a server that dies in the middle leaves no whole stream behind', async () => {
      counting = async function* ({ signal }) {
        yield number(1)
        await once(signal, 'abort')
      }
      const { got, error } = await (async () => {
        const reading = lines()[Symbol.asyncIterator]()
        const first = await reading.next()
        server.closeAllConnections()
        return collect(
          (async function* () {
            yield first.value as Line
            yield (await reading.next()).value as Line
          })(),
        )
      })()
      expect(got).toEqual([number(1)])
      expect(error instanceof ConnectionError || error instanceof StreamBrokenError).toBe(true)
      await eventually(() => expect(ended).toEqual([true]))
    })

    test('whoever leaves ends the work behind it, also while it waits', async () => {
      counting = async function* ({ signal }) {
        yield number(1)
        await once(signal, 'abort')
      }
      for await (const _ of lines()) break
      await eventually(() => expect(ended).toEqual([true]))
    })

    test('no more is made than is read', async () => {
      let made = 0
      counting = async function* () {
        for (;;) {
          made++
          yield { object: 'x'.repeat(64 * 1024) }
        }
      }
      const socket = connect(Number(new URL(baseUrl).port), '127.0.0.1')
      socket.pause()
      socket.write('GET /counts HTTP/1.1\r\nHost: x\r\nAccept: application/x-ndjson\r\n\r\n')
      let before = -1
      // The sockets' buffers fill, and then it stands still.
      await eventually(
        () => {
          const still = made > 0 && made === before
          before = made
          return still
        },
        { everyMs: 150 },
      )
      expect(made * 64 * 1024).toBeLessThan(64 * 1024 * 1024)
      socket.destroy()
      await eventually(() => expect(ended).toHaveLength(1))
    })

    test('HEAD has the headers, and starts nothing that goes on', async () => {
      counting = async function* ({ signal }) {
        yield number(1)
        await once(signal, 'abort')
      }
      const response = await fetch(`${baseUrl}/counts`, { method: 'HEAD', headers: { accept: 'application/x-ndjson' } })
      expect([response.status, response.headers.get('content-type')]).toEqual([
        200,
        'application/x-ndjson; charset=utf-8',
      ])
      await eventually(() => expect(ended).toHaveLength(1))
    })

    test('a service about to end tells its streams, and they end well', async () => {
      counting = async function* ({ signal }) {
        yield number(1)
        if (!signal.aborted) await once(signal, 'abort')
        yield end
      }
      const reading = lines()[Symbol.asyncIterator]()
      expect((await reading.next()).value).toEqual(number(1))
      service.drain()
      expect((await reading.next()).value).toEqual(end)
      expect((await reading.next()).done).toBe(true)
    })
  })
}
