import { once } from 'node:events'
import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import { createTokenSigner, createTokenVerifier, newTokenKey, publicTokenKey } from '@micro/signing'
import type { Service } from '@micro/service'
import { serve } from '@micro/service/process'
import { afterAll, afterEach, expect, test } from 'vitest'
import { fakeRuntime } from '../gateway.fixture.ts'
import { upstreamConformance } from './conformance.ts'
import { httpUpstream } from './http.ts'
import { streamConformance } from './stream.fixture.ts'
import type { Upstream } from './upstream.ts'

const key = newTokenKey('gateway')
const { clock, log, newId, metrics, traces } = fakeRuntime()
const { sign } = createTokenSigner({ service: 'gateway', privateKey: key, clock })
const atEnd: (() => Promise<unknown>)[] = []
afterAll(() => Promise.all(atEnd.map((step) => step())))

const served = async (service: Service): Promise<Upstream> => {
  const verifier = createTokenVerifier({ audience: 'payments', publicKeys: { gateway: [publicTokenKey(key)] }, clock })
  const ready = () => Promise.resolve({ status: 'ok', warnings: [] } as const)
  const door = { service, ready, verifier, log, newId, metrics, traces }
  const { port, stop } = await serve({ ...door, host: '127.0.0.1', port: 0, drainMs: 1_000 })
  const upstream = httpUpstream({ service: 'payments', url: `http://127.0.0.1:${port}`, sign, log, traces })
  atEnd.push(() => upstream.close().then(stop))
  return upstream
}

upstreamConformance('http', served)
streamConformance('http', served)

const open: Server[] = []
afterEach(async () => {
  for (const server of open.splice(0)) {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
})

const listen = async (handler: RequestListener): Promise<{ url: string; port: number; server: Server }> => {
  const server = createServer(handler)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  open.push(server)
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, port, server }
}

/** A gateway's side in front of whatever `service` does. */
const before = async (
  service: RequestListener,
  {
    bodyBytesMax,
    mayStream = () => false,
    ...options
  }: {
    timeoutMs?: number
    connectionsMax?: number
    bodyBytesMax?: number
    mayStream?: (request: IncomingMessage) => boolean
  } = {},
) => {
  const behind = await listen(service)
  const upstream = httpUpstream({ service: 'payments', url: behind.url, sign, log, traces, ...options })
  atEnd.push(() => upstream.close())
  const front = await listen((request, response) =>
    upstream.handle(
      request,
      response,
      { requestId: 'req_1', principal: undefined, clientIp: '', mayStream: mayStream(request) },
      bodyBytesMax,
    ),
  )
  return { ...front, behind }
}

const codeOf = async (response: Response): Promise<unknown> =>
  ((await response.json()) as { error: { code: string } }).error.code
const drained = (request: IncomingMessage) => new Promise<void>((resolve) => void request.on('end', resolve).resume())

test('a service that cannot be reached is a 503 with Retry-After, for a request with a body too', async () => {
  const { url, behind } = await before(() => {})
  behind.server.close()
  for (const init of [{}, { method: 'POST', body: 'a'.repeat(300_000) }]) {
    const response = await fetch(`${url}/v1/x`, init)
    expect([response.status, response.headers.get('retry-after'), await codeOf(response)]).toEqual([
      503,
      '1',
      'upstream_unavailable',
    ])
  }
})

test('a service that is back is used again at once', async () => {
  const { url, behind } = await before((_request, response) => void response.end('{}'))
  expect((await fetch(url)).status).toBe(200)
  behind.server.closeAllConnections()
  behind.server.close()
  await once(behind.server, 'close')
  expect((await fetch(url)).status).toBe(503)
  behind.server.listen(behind.port, '127.0.0.1')
  await once(behind.server, 'listening')
  expect((await fetch(url)).status).toBe(200)
})

test('a service that does not answer in time is a 504 that says the work may be done', async () => {
  const { url } = await before(() => {}, { timeoutMs: 50 })
  const response = await fetch(url, { method: 'POST', body: '{}' })
  expect([response.status, await codeOf(response)]).toEqual([504, 'upstream_timeout'])
})

for (const [method, times] of [
  ['GET', 2],
  ['POST', 1],
  ['DELETE', 1],
] as const)
  test(`a ${method} whose connection broke after it was sent reaches the service ${times} times in all, and ends as a 503`, async () => {
    let received = 0
    const { url } = await before((request) => {
      received++
      request.socket.destroy()
    })
    const response = await fetch(url, { method })
    expect([response.status, response.headers.get('retry-after'), received]).toEqual([503, '1', times])
  })

test("a service that refuses the gateway's token is a 503, never a 401", async () => {
  const { url } = await before(
    (_request, response) => void response.writeHead(401, { 'micro-token-refused': 'true' }).end('{}'),
  )
  const response = await fetch(url)
  expect([response.status, response.headers.get('www-authenticate'), response.headers.get('retry-after')]).toEqual([
    503,
    null,
    '1',
  ])
})

test("a service's own 401 passes", async () => {
  const { url } = await before(
    (_request, response) => void response.writeHead(401).end('{"error":{"code":"login_invalid"}}'),
  )
  expect((await fetch(url)).status).toBe(401)
})

test('an answer that breaks off is not passed for a whole one', async () => {
  const { url } = await before((_request, response) => {
    response.writeHead(200, { 'content-length': '10' }).write('half')
    setImmediate(() => response.destroy())
  })
  await expect(fetch(url).then((response) => response.text())).rejects.toThrow()
})

test('what concerns a connection only goes no further, in both directions', async () => {
  let got: IncomingMessage['headers'] = {}
  const { port } = await before((request, response) => {
    got = request.headers
    response
      .writeHead(200, { connection: 'keep-alive, x-hop', 'x-hop': '1', 'x-kept': 'yes', 'keep-alive': 'timeout=99' })
      .end('{}')
  })
  const headers = {
    connection: 'close, x-private',
    'x-private': '1',
    'x-kept': 'yes',
    authorization: 'Bearer sk_test_x',
    'micro-request-id': 'req_evil',
    'micro-client-ip': '1.1.1.1',
  }
  const outgoing = httpRequest({ port, host: '127.0.0.1', headers }).end()
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage]
  await drained(response)
  expect(got).toMatchObject({
    'x-kept': 'yes',
    'micro-request-id': 'req_1',
    authorization: expect.stringMatching(/^Bearer ey/) as string,
  })
  expect(Object.keys(got)).not.toEqual(expect.arrayContaining(['x-private']))
  expect(got['micro-client-ip']).toBeUndefined()
  expect([response.headers['x-kept'], response.headers['x-hop'], response.headers['keep-alive']]).toEqual([
    'yes',
    undefined,
    undefined,
  ])
})

test('a client that leaves ends the request at the service', async () => {
  const arrived = Promise.withResolvers<ServerResponse>()
  const { port } = await before((_request, response) => arrived.resolve(response))
  const outgoing = httpRequest({ port, host: '127.0.0.1' }).end()
  outgoing.on('error', () => {})
  const response = await arrived.promise
  const closed = once(response, 'close')
  outgoing.destroy()
  await closed
  expect(response.writableFinished).toBe(false)
})

test('an endless answer waits for its reader instead of filling memory', async () => {
  let sent = 0
  const chunk = Buffer.alloc(64 * 1024)
  const { port } = await before((_request, response) => {
    const pump = (): void => {
      while (!response.destroyed && response.write(chunk)) sent += chunk.length
      response.once('drain', pump)
    }
    response.once('error', () => {})
    pump()
  })
  const outgoing = httpRequest({ port, host: '127.0.0.1' }).end()
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage]
  response.pause()
  response.on('error', () => {})
  let before_ = -1
  // What the kernel's buffers hold is sent; then it must stand still.
  await expect
    .poll(
      () => {
        const still = sent === before_
        before_ = sent
        return still
      },
      { interval: 200, timeout: 10_000 },
    )
    .toBe(true)
  expect(sent).toBeLessThan(64 * 1024 * 1024)
  outgoing.destroy()
})

test('a body of unknown length is passed on whole, and stopped where it grows too large', async () => {
  let bytes = 0
  const { url } = await before((request, response) => {
    request.on('data', (data: Buffer) => (bytes += data.length)).on('end', () => response.end('{}'))
  })
  const stream = (chunks: number) =>
    new ReadableStream({
      start(controller) {
        for (let at = 0; at < chunks; at++) controller.enqueue(Buffer.alloc(64 * 1024))
        controller.close()
      },
    })
  const post = (chunks: number) => fetch(url, { method: 'POST', body: stream(chunks), duplex: 'half' } as RequestInit)
  expect([(await post(8)).status, bytes]).toEqual([200, 8 * 64 * 1024])
  const refused = await post(17)
  expect([refused.status, await codeOf(refused)]).toEqual([413, 'body_too_large'])
})

test('a body is bounded as its route is', async () => {
  const answer: RequestListener = (request, response) => void drained(request).then(() => response.end('{}'))
  const { url } = await before(answer, { bodyBytesMax: 2 * 1024 * 1024 })
  const post = (bytes: number) => fetch(url, { method: 'POST', body: Buffer.alloc(bytes) })
  expect((await post(2 * 1024 * 1024)).status).toBe(200)
  const refused = await post(2 * 1024 * 1024 + 1)
  expect([refused.status, await codeOf(refused)]).toEqual([413, 'body_too_large'])
})

test('however many streams are open, other requests are answered', async () => {
  const { url } = await before(
    ({ url }, response) => void (url === '/stream' ? response.write('{}\n') : response.end('{}')),
    { connectionsMax: 2, timeoutMs: 2_000, mayStream: (request) => request.url === '/stream' },
  )
  const leaving = new AbortController()
  const streams = await Promise.all(
    Array.from({ length: 5 }, () => fetch(`${url}/stream`, { signal: leaving.signal }).then(({ status }) => status)),
  )
  expect([streams, (await fetch(`${url}/other`)).status]).toEqual([Array(5).fill(200), 200])
  leaving.abort()
})
