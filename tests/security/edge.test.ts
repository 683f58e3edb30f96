import { redisAvailable } from '@micro/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { caller, newMerchant, type Merchant } from '../e2e/api.ts'
import { malformed } from './malformed.ts'
import { exchange, statusesOf } from './raw.ts'
import { inFiveProcesses, inOneProcess, type World } from './worlds.ts'

/** What only a request hidden behind another would make. */
const canaryAmount = 7331

const edgeOf = (start: () => Promise<World>): void => {
  let world: World
  let merchant: Merchant
  beforeAll(async () => {
    world = await start()
    merchant = await newMerchant(world.url)
  }, 180_000)
  afterAll(() => world?.stop(), 180_000)

  const head = (line: string, headers: readonly string[]): string =>
    [line, 'Host: localhost', `Authorization: Bearer ${merchant.key}`, ...headers, '', ''].join('\r\n')
  const canary = (): string => {
    const body = `amount=${canaryAmount}&currency=usd`
    return head('POST /v1/payment_intents HTTP/1.1', [`Content-Length: ${body.length}`, 'Connection: close']) + body
  }
  const amounts = async (): Promise<unknown[]> =>
    (await merchant.test('GET', '/v1/payment_intents?limit=100')).body.data.map(({ amount }) => amount)

  describe('a request that two parsers could read differently', () => {
    for (const [name, bytes] of malformed)
      test(`${name}: one answer that refuses it, the connection closed, nothing behind it done`, async () => {
        const text = await exchange(world.url, bytes({ head, canary: canary() }))
        expect([name, statusesOf(text).length, statusesOf(text)[0]]).toEqual([name, 1, 400])
        expect(text.toLowerCase()).toContain('connection: close')
      })
    test('afterwards no canary was let in by any of them, and an honest one is', async () => {
      expect(await amounts()).not.toContain(canaryAmount)
      expect(statusesOf(await exchange(world.url, canary()))).toEqual([200])
      expect(await amounts()).toContain(canaryAmount)
    })
  })

  describe('who somebody is comes from the key alone', () => {
    const identity = [
      'X-User-Id',
      'x_user_id',
      'X-MERCHANT',
      'X-Merchant-Id',
      'X-Tenant-Id',
      'X-Org-Id',
      'X-Environment',
      'X-Mode',
      'X-Internal-Token',
      'X-Micro-Principal',
      'Micro-Request-Id',
      'Micro-Client-Ip',
      'Micro-Token-Refused',
      'X-Forwarded-User',
      'X-Original-Url',
      'X-Rewrite-Url',
      'X-Http-Method-Override',
      'X-Method-Override',
      'Forwarded',
      'Cookie',
    ]
    const spoofed = identity.map((name) => `${name}: acct_evil`)
    const me = async (lines: readonly string[], body = ''): Promise<string> =>
      exchange(world.url, head('GET /auth/me HTTP/1.1', [...lines, 'Connection: close']) + body)

    test('headers of every spelling, once and twice, change nothing', async () => {
      for (const lines of [spoofed, [...spoofed, ...spoofed]]) {
        const text = await me(lines)
        expect(statusesOf(text)).toEqual([200])
        expect(text).toContain(`"email":"${merchant.email}"`)
        expect(text).not.toContain('acct_evil')
      }
    })
    test('an account named beside the key is refused unless it is its own, however it is named', async () => {
      for (const lines of [
        ['Stripe-Account: acct_evil'],
        ['STRIPE-ACCOUNT: acct_evil'],
        ['Stripe-Context: acct_evil'],
        ['Stripe-Account: acct_evil', 'Connection: stripe-account'],
      ])
        expect(statusesOf(await me(lines))).toEqual([403])
      expect(statusesOf(await me(['Stripe-Account: acct_evil', 'Stripe-Account: acct_evil']))).toEqual([400])
    })
    test('naming them in Connection, or sending them as trailers, changes nothing', async () => {
      const named = await exchange(
        world.url,
        head('GET /auth/me HTTP/1.1', [...spoofed, `Connection: close, ${identity.join(', ')}, host, authorization`]),
      )
      const trailing = await exchange(
        world.url,
        head('POST /v1/payment_intents HTTP/1.1', ['Transfer-Encoding: chunked', `Trailer: ${identity[0]}`]) +
          `1b\r\namount=5000&currency=usd&a=\r\n0\r\n${spoofed.join('\r\n')}\r\nAuthorization: Bearer evil\r\n\r\n`,
        /\r\n\r\n\{.*\}\s*$/s,
      )
      expect([statusesOf(named), statusesOf(trailing)]).toEqual([[200], [400]])
      expect(trailing).toContain('Received unknown parameter: a')
    })
    test('a request id of the caller is not taken over', async () => {
      const text = await me(['Request-Id: req_evil', 'X-Request-Id: req_evil', 'Micro-Request-Id: req_evil'])
      expect(text.toLowerCase()).toMatch(/request-id: req_0/)
      expect(text).not.toContain('req_evil')
    })
  })

  describe('a path means one thing', () => {
    for (const path of [
      '//auth/me',
      '/auth//me',
      '/v1/../auth/me',
      '/auth/./me',
      '/auth/me/..',
      '/v1/%2e%2e/auth/me',
      '/auth%2fme',
      '/auth%2Fme',
      '/auth%5cme',
      '/auth\\me',
      '/auth/me;x=1',
      '/auth/me;/../../internal/outbox',
      '/auth/me%00',
      '/%c0%ae%c0%ae/auth/me',
      '/auth/me%zz',
      'http://localhost/auth/me',
      'http://evil.example/internal/outbox',
      '*',
      '/auth/me#x',
    ])
      test(`${path} is refused as malformed`, async () => {
        const text = await exchange(world.url, head(`GET ${path} HTTP/1.1`, ['Connection: close']))
        expect([statusesOf(text), /"code":"(url_invalid|body_invalid)"/.test(text)]).toEqual([[400], true])
      })
    for (const path of [
      '/AUTH/me',
      '/Auth/Me',
      '/auth/me/',
      '/internal/outbox',
      '/INTERNAL/outbox',
      '/v1/internal/outbox',
      '/payments/internal/outbox',
      '/internal/credentials/verify',
      '/.env',
      '/metrics',
      '/v1/payment_intents/%252e%252e/internal',
    ])
      test(`${path} is no route`, async () => expect((await merchant.test('GET', path)).status).toBe(404))
  })

  describe('methods', () => {
    for (const method of ['PUT', 'PATCH', 'TRACE', 'PROPFIND', 'M-SEARCH', 'PURGE', 'LINK', 'QUERY'])
      test(`${method} is 405 with the methods there are`, async () => {
        const text = await exchange(world.url, head(`${method} /ledger/accounts HTTP/1.1`, ['Connection: close']))
        expect(statusesOf(text)).toEqual([405])
        expect(text.toLowerCase()).toContain('allow: get, post, head, options')
      })
    test('CONNECT opens no tunnel, an unknown word is refused', async () => {
      const [connect, unknown] = [
        await exchange(world.url, head('CONNECT 127.0.0.1:22 HTTP/1.1', [])),
        await exchange(world.url, head('JEFF /v1/payment_intents HTTP/1.1', [])),
      ]
      expect([statusesOf(connect), statusesOf(unknown)]).toEqual([[405], [400]])
    })
    test('a method named in a header or parameter is not taken', async () => {
      const headers = { 'x-http-method-override': 'DELETE', 'x-http-method': 'DELETE', 'x-method-override': 'DELETE' }
      const id = merchant.keyId
      expect((await merchant.session('GET', `/auth/api_keys/${id}?_method=DELETE`, { headers })).status).toBe(405)
      expect((await merchant.session('POST', `/auth/api_keys/${id}`, { headers, body: {} })).status).toBe(405)
      expect((await merchant.test('GET', '/auth/me')).status).toBe(200)
    })
  })

  describe('bounds', () => {
    const post = (headers: readonly string[], body = ''): Promise<string> =>
      exchange(world.url, head('POST /v1/payment_intents HTTP/1.1', headers) + body, /\r\n\r\n\{.*\}\s*$/s)
    test('a body announced above 1 MiB is refused whoever sends it, before any credential is looked at', async () => {
      const anonymous = 'POST /v1/payment_intents HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1048577\r\n\r\n'
      expect(statusesOf(await exchange(world.url, anonymous, /\r\n\r\n\{.*\}\s*$/s))).toEqual([413])
      expect(statusesOf(await post(['Content-Length: 1048577']))).toEqual([413])
    })
    test('a compressed body is not unpacked: it is refused as what it is', async () => {
      const bomb = '\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03'
      const text = await post(
        ['Content-Encoding: gzip', 'Content-Type: application/json', `Content-Length: ${bomb.length}`],
        bomb,
      )
      expect([statusesOf(text), text.includes('"code":"body_invalid"')]).toEqual([[400], true])
    })
    test('headers above 16 KiB or more than 100 are 431, a URL above 8 KiB is refused', async () => {
      expect(statusesOf(await post([`X-A: ${'a'.repeat(17 * 1024)}`]))).toEqual([431])
      expect(statusesOf(await post(Array.from({ length: 120 }, (_, at) => `X-${at}: 1`)))).toEqual([431])
      const long = await exchange(
        world.url,
        head(`GET /v1/events?a=${'a'.repeat(8200)} HTTP/1.1`, ['Connection: close']),
      )
      expect(statusesOf(long)).toEqual([400])
    })
  })

  describe('other web pages', () => {
    const evil = 'https://evil.example'
    test('get no permission, neither by preflight nor with null as their origin', async () => {
      for (const origin of [evil, 'null', `${world.url}.evil.example`]) {
        const preflight = await caller(world.url)('OPTIONS', '/v1/payment_intents', {
          headers: { origin, 'access-control-request-method': 'POST' },
        })
        const read = await merchant.test('GET', '/v1/payment_intents', { headers: { origin } })
        for (const { headers } of [preflight, read])
          expect([...headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([])
      }
    })
    test('change nothing, even with a key', async () => {
      const asked = await merchant.test('POST', '/v1/payment_intents', {
        headers: { origin: evil },
        body: { amount: 500, currency: 'usd' },
      })
      expect([asked.status, asked.body.error.code]).toEqual([403, 'origin_not_allowed'])
    })
    test('reach nothing by a name that was pointed here', async () => {
      const text = await exchange(
        world.url,
        `GET /health HTTP/1.1\r\nHost: rebound.evil.example\r\nConnection: close\r\n\r\n`,
      )
      expect(statusesOf(text)).toEqual([421])
    })
  })
}

describe('the edge of one process', () => edgeOf(inOneProcess))
describe.skipIf(!redisAvailable())('the edge of five processes', () => edgeOf(inFiveProcesses))
