import type { IncomingMessage } from 'node:http'
import type { RequestContext } from '@micro/service'
import { eventually } from '@micro/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startWorld, type World } from './gateway.fixture.ts'

let world: World
let key: string
let echoed: { headers: IncomingMessage['headers']; rawHeaders: string[]; trace: RequestContext['trace'] } | undefined
beforeAll(async () => {
  world = await startWorld({
    upstreams: {
      events: {
        handle(request, response, { trace }) {
          echoed = { headers: request.headers, rawHeaders: request.rawHeaders, trace }
          response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
        },
      },
    },
  })
  key = world.auth.issue('acct_a')
})
afterAll(() => world.stop())
beforeEach(() => {
  echoed = undefined
  world.replying.reply = (operation) => Promise.resolve({ operation })
  world.seen.length = 0
})

const requestOf = (lines: readonly string[], { body = '', line = 'GET /v1/events HTTP/1.1' } = {}): string =>
  [line, 'Host: localhost', `Authorization: Bearer ${key}`, ...lines, '', body].join('\r\n')

const statusOf = (answer: string): number => Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1])

describe('no header of a client becomes an identity', () => {
  const identity = [
    'X-User-Id: usr_evil',
    'x-user-id: usr_evil2',
    'X_User_Id: usr_evil',
    'X-Merchant: acct_evil',
    'X-Merchant-Id: acct_evil',
    'X-Environment: live',
    'X-Org-ID: evil',
    'X-Tenant-Id: evil',
    'X-Internal-Token: evil',
    'X-Micro-Principal: evil',
    'X-Forwarded-For: 203.0.113.9',
    'X-Forwarded-User: evil',
    'X-Forwarded-Host: evil',
    'Forwarded: for=203.0.113.9',
    'X-Real-IP: 203.0.113.9',
    'Cookie: session=evil',
    'Proxy-Authorization: Basic ZXZpbA==',
    'X-Http-Method-Override: DELETE',
  ]
  test('the service sees none of them, in no form', async () => {
    expect(statusOf(await world.raw(requestOf([...identity, 'Connection: close'])))).toBe(200)
    expect(Object.keys(echoed?.headers ?? {})).toEqual(['host'])
    expect(JSON.stringify(echoed)).not.toMatch(/evil|203\.0\.113|sk_test_/)
  })

  test('naming headers in Connection removes none that frame the message, and the context stays', async () => {
    const body = 'amount=100&currency=usd'
    const answer = await world.raw(
      requestOf(
        ['Connection: close, content-length, content-type, x-user-id, host', `Content-Length: ${body.length}`],
        {
          body,
          line: 'POST /v1/payment_intents HTTP/1.1',
        },
      ),
    )
    expect(statusOf(answer)).toBe(300)
    expect(world.seen[0]?.call).toMatchObject({ principal: { merchant: 'acct_a' }, body: { amount: 100 } })
  })

  test('what the service needs passes', async () => {
    await world.raw(requestOf(['Connection: close', 'Idempotency-Key: abc', 'Content-Type: application/json']))
    expect(echoed?.headers).toMatchObject({ 'idempotency-key': 'abc', 'content-type': 'application/json' })
  })

  test('the trace a request belongs to is told beside it, when it has the form, and no header of it passes', async () => {
    const traceId = '0af7651916cd43dd8448eb211c80319c'
    await world.raw(
      requestOf(['Connection: close', `traceparent: 00-${traceId}-b7ad6b7169203331-01`, 'tracestate: evil=1']),
    )
    expect([Object.keys(echoed?.headers ?? {}), echoed?.trace?.traceId]).toEqual([['host'], traceId])
    await world.raw(requestOf(['Connection: close', 'traceparent: 00-a-b-01']))
    expect(echoed?.trace).toBeUndefined()
  })
})

describe('a request that two parsers could read differently is refused and its connection closed', () => {
  const canary = 'GET /v1/events/canary HTTP/1.1\r\nHost: localhost\r\n\r\n'
  const post = (headers: readonly string[], body: string) =>
    requestOf(headers, { body, line: 'POST /v1/payment_intents HTTP/1.1' })
  for (const [name, bytes] of [
    [
      'Content-Length and Transfer-Encoding',
      () => post(['Content-Length: 4', 'Transfer-Encoding: chunked'], `0\r\n\r\n${canary}`),
    ],
    ['two different lengths', () => post(['Content-Length: 0', 'Content-Length: 40'], canary)],
    ['a length with a sign', () => post(['Content-Length: +0'], canary)],
    ['a length with a space', () => post(['Content-Length: 0 0'], canary)],
    ['a space before the colon', () => post(['Transfer-Encoding : chunked'], `0\r\n\r\n${canary}`)],
    ['an obfuscated encoding', () => post(['Transfer-Encoding: xchunked'], canary)],
    ['chunked not last', () => post(['Transfer-Encoding: chunked, identity'], `0\r\n\r\n${canary}`)],
    ['two encodings', () => post(['Transfer-Encoding: chunked', 'Transfer-Encoding: identity'], `0\r\n\r\n${canary}`)],
    ['a bare line feed', () => `GET /v1/events HTTP/1.1\nHost: localhost\n\n${canary}`],
    ['a folded header', () => requestOf(['X-A: 1\r\n 2']) + canary],
    ['a NUL in a header', () => requestOf(['X-A: a\0b']) + canary],
    ['no HTTP at all', () => 'hello\r\n\r\n'],
  ] as const) {
    test(name, async () => {
      const answer = await world.raw(bytes())
      expect(statusOf(answer)).toBe(400)
      expect(answer.match(/HTTP\/1\.1/g)).toHaveLength(1)
      expect(answer).toMatch(/\{"error":\{"type":"invalid_request_error"/)
      expect(answer.toLowerCase()).toContain('request-id: req_')
      expect(echoed).toBeUndefined()
      expect(world.seen).toEqual([])
    })
  }
})

describe('a request that arrived whole is answered, whatever follows it on its connection', () => {
  const body = 'amount=100&currency=usd'
  const whole = (): string =>
    requestOf([`Content-Length: ${body.length}`], { body, line: 'POST /v1/payment_intents HTTP/1.1' })
  for (const [name, rest] of [
    ['bytes that are no HTTP', () => '\0garbage\r\n\r\n'],
    ['a request that two parsers could read differently', () => requestOf(['Content-Length: 1', 'Content-Length: 2'])],
    ['a body that breaks off into nonsense', () => requestOf(['Transfer-Encoding: chunked'], { body: 'ZZ\r\n' })],
  ] as const)
    test(`${name}: one answer, its own, and the connection is closed`, async () => {
      const gate = Promise.withResolvers<object>()
      world.replying.reply = () => gate.promise
      const answer = world.raw(whole() + rest())
      await eventually(() => expect(world.seen).toHaveLength(1))
      gate.resolve({ done: true })
      expect(await answer).toMatch(/^HTTP\/1\.1 300 [^]*"done":true/)
      expect((await answer).match(/HTTP\/1\.1/g)).toHaveLength(1)
      expect(world.seen).toHaveLength(1)
    })

  test('of several sent ahead each gets its own, in order', async () => {
    world.replying.reply = () => Promise.resolve({ at: world.seen.length })
    const answer = await world.raw(`${whole()}${whole()}\0`)
    expect([...answer.matchAll(/"at":(\d)/g)].map(([, at]) => at)).toEqual(['1', '2'])
    expect(answer.match(/HTTP\/1\.1/g)).toHaveLength(2)
  })
})

describe('bounds of a request', () => {
  const until = /\r\n\r\n\{.*\}\s*$/s
  for (const [name, bytes, status] of [
    ['headers above 16 KiB', () => requestOf([`X-A: ${'a'.repeat(17 * 1024)}`]), 431],
    ['more than 100 headers', () => requestOf(Array.from({ length: 120 }, (_, at) => `X-${at}: 1`)), 431],
    ['a URL above 8 KiB', () => requestOf([], { line: `GET /v1/events?a=${'a'.repeat(8 * 1024)} HTTP/1.1` }), 400],
    ['no Host', () => 'GET /health HTTP/1.1\r\n\r\n', 400],
    ['two Hosts', () => requestOf(['Host: evil.example']), 400],
    ['two Authorizations', () => requestOf(['Authorization: Bearer x']), 400],
    ['an absolute URL', () => requestOf([], { line: 'GET http://localhost/v1/events HTTP/1.1' }), 400],
    ['a double slash', () => requestOf([], { line: 'GET //v1/events HTTP/1.1' }), 400],
    ['an encoded slash', () => requestOf([], { line: 'GET /v1%2fevents HTTP/1.1' }), 400],
    ['a backslash', () => requestOf([], { line: 'GET /v1\\events HTTP/1.1' }), 400],
    ['CONNECT', () => requestOf([], { line: 'CONNECT evil.example:443 HTTP/1.1' }), 405],
    ['TRACE', () => requestOf([], { line: 'TRACE /ledger/accounts HTTP/1.1' }), 405],
    ['an unknown expectation', () => requestOf(['Expect: 200-maybe']), 400],
    [
      'an upgrade to something else is ignored',
      () => requestOf(['Connection: upgrade', 'Upgrade: h2c'], { line: 'GET /health HTTP/1.1' }),
      200,
    ],
  ] as const) {
    test(`${name} is ${status}`, async () => {
      const answer = await world.raw(bytes(), until)
      expect(statusOf(answer)).toBe(status)
      expect(answer.toLowerCase()).toContain('content-type: application/json')
      expect(echoed).toBeUndefined()
    })
  }

  test('Expect: 100-continue is answered only once the key is good and the length allowed', async () => {
    const line = 'POST /v1/payment_intents HTTP/1.1'
    expect(
      statusOf(await world.raw(requestOf(['Expect: 100-continue', 'Content-Length: 2000000'], { line }), until)),
    ).toBe(413)
    const anonymous = `${line}\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n`
    expect(statusOf(await world.raw(anonymous, until))).toBe(401)
    const good = requestOf(['Expect: 100-continue', 'Content-Length: 2', 'Connection: close'], { line, body: '{}' })
    expect(await world.raw(good)).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 400/)
  })
})
