import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { browserAt, code, inMode } from './browser-session.fixture.ts'
import { startWorld, type World } from './gateway.fixture.ts'
import { errorOf, openSse } from './stream/sse.fixture.ts'
import { refusedStream } from './stream/stream.fixture.ts'

let world: World
const own = (): string => browserAt(world).origin
const enter = (name?: string): Promise<string> => browserAt(world).enter(name)

describe('a request that another page made', () => {
  let cookie: string
  beforeAll(async () => {
    world = await startWorld({ config: { allowedOrigins: ['https://app.example.com'] } })
    cookie = await enter()
  })
  afterAll(() => world.stop())

  for (const [name, origin, want] of [
    ['without an origin', undefined, 'cookie_origin_refused'],
    ['of no origin', 'null', 'origin_not_allowed'],
    ['of another site', 'https://evil.example', 'origin_not_allowed'],
    ['of another port', 'http://127.0.0.1:1', 'origin_not_allowed'],
    ['of a page that may use keys', 'https://app.example.com', 'cookie_origin_refused'],
    ['by the same name over TLS', () => `https://127.0.0.1:${world.port}`, 'cookie_origin_refused'],
    ['with something behind the origin', () => `${own()}.evil.example`, 'origin_not_allowed'],
  ] as const)
    for (const method of ['POST', 'DELETE'] as const)
      test(`403: ${method} ${name} changes nothing`, async () => {
        const before = world.seen.length
        const given = typeof origin === 'function' ? origin() : origin
        const headers = { ...inMode(cookie, 'test'), ...(given === undefined ? {} : { origin: given }) }
        const path = method === 'POST' ? '/v1/customers' : '/v1/customers/cus_1'
        expect(code(await world.call(method, path, { headers }))).toEqual([403, want])
        expect(world.seen.length).toBe(before)
      })

  const refused = [403, 'cookie_origin_refused']
  const taken = [300, undefined]
  for (const [who, headers, read, recorded] of [
    ['another page', { origin: 'http://127.0.0.1:1' }, refused, refused],
    ['another site', { 'sec-fetch-site': 'cross-site' }, refused, refused],
    ['another port or a sibling domain', { 'sec-fetch-site': 'same-site' }, refused, refused],
    ['what no browser says', { 'sec-fetch-site': 'other' }, refused, refused],
    ['an address that somebody typed', { 'sec-fetch-site': 'none' }, taken, refused],
    ['a page of its own', { 'sec-fetch-site': 'same-origin' }, taken, taken],
    ['a browser that does not say', {}, taken, taken],
  ] as const)
    test(`by ${who}: read ${read[0]}, read on record ${recorded[0]}`, async () => {
      const ask = async (path: string, held: string) =>
        code(await world.call('GET', path, { headers: { ...inMode(held, 'test'), ...headers } }))
      expect(await ask('/v1/balance', cookie)).toEqual(read)
      expect(await ask('/auth/operator/audit_log', await enter('operator'))).toEqual(recorded)
    })

  test('no preflight lets the header through that names the mode, nor the cookie', async () => {
    const headers = { origin: 'https://app.example.com', 'access-control-request-headers': 'micro-mode' }
    const answer = await world.call('OPTIONS', '/v1/payment_intents', { headers })
    expect(String(answer.headers['access-control-allow-headers']).toLowerCase()).not.toContain('micro-mode')
    expect(answer.headers).not.toHaveProperty('access-control-allow-credentials')
  })
})

describe('streams of a browser', () => {
  let cookie: string
  beforeAll(async () => {
    world = await startWorld({ config: { credentialTtlMs: 100, stream: { verifyMs: 50 } } })
    cookie = await enter()
  })
  afterAll(() => world.stop())

  const opened = (query: string) =>
    new Promise<{ socket: WebSocket; mode: string }>((resolve, reject) => {
      const socket = new WebSocket(`ws://127.0.0.1:${world.port}/ws${query}`, { headers: { cookie, origin: own() } })
      socket.on('message', (data) => {
        const frame = JSON.parse((data as Buffer).toString()) as { type: string; mode: string }
        if (frame.type === 'hello') resolve({ socket, mode: frame.mode })
      })
      socket.on('error', reject)
    })

  for (const mode of ['test', 'live'])
    test(`the WebSocket carries the ${mode} mode that its address names`, async () => {
      const { socket, mode: got } = await opened(`?mode=${mode}`)
      expect(got).toBe(mode)
      socket.terminate()
    })

  for (const [name, path, headers, want] of [
    ['names no mode', '/ws', () => ({ origin: own() }), [400, 'mode_missing']],
    ['names an unknown mode', '/ws?mode=sandbox', () => ({ origin: own() }), [400, 'parameter_invalid']],
    ['names two', '/ws?mode=test&mode=live', () => ({ origin: own() }), [400, 'parameter_invalid']],
    [
      'names two in two places',
      '/ws?mode=test',
      () => ({ origin: own(), 'micro-mode': 'live' }),
      [400, 'mode_mismatch'],
    ],
    ['another page opens', '/ws?mode=test', () => ({ origin: 'http://127.0.0.1:1' }), [403, 'origin_not_allowed']],
    ['a page of no origin opens', '/ws?mode=test', () => ({ origin: 'null' }), [403, 'origin_not_allowed']],
    ['another site opens', '/ws?mode=test', () => ({ 'sec-fetch-site': 'cross-site' }), [403, 'cookie_origin_refused']],
    ['another port opens', '/ws?mode=test', () => ({ 'sec-fetch-site': 'same-site' }), [403, 'cookie_origin_refused']],
    ['no page opens', '/ws?mode=test', () => ({ 'sec-fetch-site': 'none' }), [403, 'cookie_origin_refused']],
  ] as const)
    test(`${want[0]}: a WebSocket that ${name}`, async () => {
      const { status, code: got } = await refusedStream(world, { cookie, ...headers() }, path)
      expect([status, got]).toEqual(want)
    })

  for (const site of ['cross-site', 'same-site', 'none'])
    test(`403: server-sent events that a browser says are asked for ${site}`, async () => {
      const headers = { cookie, 'sec-fetch-site': site }
      const answer = await world.call('GET', '/v1/events/stream?mode=test', { headers })
      expect(code(answer)).toEqual([403, 'cookie_origin_refused'])
    })

  test('server-sent events take the mode from the query as well, and end with the session', async () => {
    const mine = await enter('grace')
    const stream = await openSse(world.url, undefined, { query: '?mode=live', headers: { cookie: mine } })
    expect([stream.status, stream.comments[0]]).toEqual([200, 'events of acct_grace in live mode after 0'])
    await world.call('POST', '/auth/browser/sign_out', { headers: { cookie: mine, origin: own() } })
    expect((await errorOf(stream)).code).toBe('session_invalid')
  })

  test('a WebSocket ends within the bound once the session does', async () => {
    const { socket } = await opened('?mode=test')
    const closed = new Promise<number>((resolve) => void socket.on('close', resolve))
    await world.call('POST', '/auth/browser/sign_out', { headers: { cookie, origin: own() } })
    expect(await closed).toBe(4401)
  })
})
