import type { IncomingMessage } from 'node:http'
import { Fault } from '@micro/kernel'
import { newApiKey } from '@micro/signing'
import { describe, expect, test } from 'vitest'
import { browserGuard } from './browser.ts'
import { addressKey, clientIpReader } from './client-ip.ts'
import { readCredential } from './credential.ts'
import { transportReader } from './transport.ts'

const outcome = (work: () => unknown): unknown => {
  try {
    return work()
  } catch (error) {
    return error instanceof Fault ? error.code : error
  }
}

describe('readCredential', () => {
  const key = newApiKey('test')
  const jwt = 'eyJhbGciOiJFZERTQSJ9.e30.c2ln'
  const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`
  for (const [header, want] of [
    [undefined, undefined],
    ['', undefined],
    [`Bearer ${key}`, { kind: 'api_key', text: key, mode: 'test' }],
    [`bEaReR   ${key}`, { kind: 'api_key', text: key, mode: 'test' }],
    [basic(`${key}:`), { kind: 'api_key', text: key, mode: 'test' }],
    [basic(key), { kind: 'api_key', text: key, mode: 'test' }],
    [`Bearer ${jwt}`, { kind: 'session', text: jwt }],
    [`Bearer ${jwt}${'a'.repeat(5000)}`, 'session_invalid'],
    [basic(`${jwt}:`), 'api_key_invalid'],
    [key, 'api_key_invalid'],
    ['Bearer', 'api_key_invalid'],
    ['Bearer sk_test_short', 'api_key_invalid'],
    [`Bearer ${key.slice(0, -1)}${key.endsWith('a') ? 'b' : 'a'}`, 'api_key_invalid'],
    [`Bearer ${key} ${key}`, 'api_key_invalid'],
    [`Digest ${key}`, 'api_key_invalid'],
  ] as const) {
    test(`${String(header).slice(0, 24)}… gives ${typeof want === 'string' ? want : (want?.kind ?? 'nothing')}`, () =>
      expect(outcome(() => readCredential(header))).toEqual(want))
  }

  test('a header that names no way to authenticate is answered with the one that works', () => {
    expect(() => readCredential(key)).toThrow(/must read: Bearer sk_\.\.\.\)$/)
  })

  test('a refused key is shown masked only', () => {
    const wrong = 'sk_test_abcdefghijklmnopqrstuvwxyz0123456789'
    expect(() => readCredential(`Bearer ${wrong}`)).toThrow(/^Invalid API Key provided: sk_test_\*{4}6789$/)
  })
})

describe('the browser guard', () => {
  const local = browserGuard({ listenHost: '127.0.0.1', allowedHosts: [], allowedOrigins: ['https://app.example.com'] })
  const everywhere = browserGuard({ listenHost: '0.0.0.0', allowedHosts: [], allowedOrigins: [] })
  const named = browserGuard({ listenHost: '0.0.0.0', allowedHosts: ['api.example.com'], allowedOrigins: [] })
  for (const [guard, host, want] of [
    [local, '127.0.0.1:8080', undefined],
    [local, 'localhost', undefined],
    [local, 'LOCALHOST:1', undefined],
    [local, '[::1]:8080', undefined],
    [local, 'micro.localhost:8080', undefined],
    [local, 'evil.localhost', 'host_not_allowed'],
    [local, 'micro.localhost.evil.example', 'host_not_allowed'],
    [local, 'rebound.evil.example', 'host_not_allowed'],
    [local, 'localhost.evil.example', 'host_not_allowed'],
    [local, '192.0.2.1', 'host_not_allowed'],
    [everywhere, '192.0.2.1:8080', undefined],
    [everywhere, 'gateway:8080', undefined],
    [everywhere, 'evil.example', 'host_not_allowed'],
    [named, 'api.example.com', undefined],
    [named, 'API.example.com:443', undefined],
    [named, 'gateway', 'host_not_allowed'],
  ] as const) {
    test(`Host ${host} is ${want ?? 'served'}`, () => expect(outcome(() => guard.checkHost(host))).toBe(want))
  }
  for (const [origin, want] of [
    [undefined, undefined],
    ['http://localhost:8080', undefined],
    ['https://app.example.com', undefined],
    ['null', 'origin_not_allowed'],
    ['http://localhost:3000', 'origin_not_allowed'],
    ['https://evil.example', 'origin_not_allowed'],
    ['http://localhost:8080.evil.example', 'origin_not_allowed'],
  ] as const) {
    test(`Origin ${origin} is ${want ?? 'served'}`, () =>
      expect(outcome(() => local.checkOrigin(origin, 'localhost:8080'))).toBe(want))
  }
})

describe('the client address', () => {
  const from = (remoteAddress: string, forwarded?: string): IncomingMessage =>
    ({
      socket: { remoteAddress },
      headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded },
    }) as unknown as IncomingMessage
  const trusting = clientIpReader(['10.0.0.0/8', '::1'])
  test('X-Forwarded-For is not believed by default', () =>
    expect(clientIpReader([])(from('192.0.2.1', '203.0.113.9'))).toBe('192.0.2.1'))
  test('nor from a peer that is no trusted proxy', () =>
    expect(trusting(from('192.0.2.1', '203.0.113.9'))).toBe('192.0.2.1'))
  test('behind trusted proxies it is the last address they did not add', () => {
    expect(trusting(from('10.0.0.1', 'spoofed, 198.51.100.7, 203.0.113.9, 10.2.3.4'))).toBe('203.0.113.9')
  })
  test('nonsense falls back to the peer', () => expect(trusting(from('10.0.0.1', 'unknown'))).toBe('10.0.0.1'))
  test('an IPv4 address in IPv6 form is the IPv4 address', () =>
    expect(trusting(from('::ffff:192.0.2.1'))).toBe('192.0.2.1'))
  for (const [ip, want] of [
    ['192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::9', '2001:db8:1:2::/64'],
    ['::1', '0:0:0:0::/64'],
  ] as const) {
    test(`${ip} is limited as ${want}`, () => expect(addressKey(ip)).toBe(want))
  }
})

interface From {
  readonly peer: string
  readonly proto?: string
  readonly encrypted?: boolean
  readonly local?: boolean
}

describe('the way a request came', () => {
  const clear = { https: false, confidential: false }
  const secure = { https: true, confidential: true }
  const local = { https: false, confidential: true }
  const proxy = '10.0.0.1'
  const stranger = '192.0.2.1'
  for (const [name, from, want] of [
    ['in clear from anywhere', { peer: stranger }, clear],
    ['in clear from this machine, where others can reach us too', { peer: '127.0.0.1' }, clear],
    ['in clear where only this machine can reach us', { peer: '127.0.0.1', local: true }, local],
    ['by TLS', { peer: stranger, encrypted: true }, secure],
    ['in clear, and says https itself', { peer: stranger, proto: 'https' }, clear],
    ['in clear from one who looks like the proxy', { peer: '10.0.0.1.evil', proto: 'https' }, clear],
    ['by a proxy that says https', { peer: proxy, proto: 'https' }, secure],
    ['by a proxy in IPv6 form that says HTTPS', { peer: `::ffff:${proxy}`, proto: ' HTTPS ' }, secure],
    ['by a proxy that says http', { peer: proxy, proto: 'http' }, clear],
    ['by a proxy that says nothing', { peer: proxy }, clear],
    ['by TLS and a proxy that says http', { peer: proxy, proto: 'http', encrypted: true }, clear],
    ['by a proxy on this machine that says http', { peer: proxy, proto: 'http', local: true }, clear],
    ['by a proxy that passes on what the client said', { peer: proxy, proto: 'https, http' }, clear],
    ['by a proxy that adds to what the client said', { peer: proxy, proto: 'http, https' }, clear],
    ['by a proxy that says something else', { peer: proxy, proto: 'httpsx' }, clear],
    ['by a proxy that says it without a word', { peer: proxy, proto: '' }, clear],
  ] as const satisfies readonly (readonly [string, From, object])[]) {
    test(`${name}: ${JSON.stringify(want)}`, () => {
      const { peer, proto, encrypted, local: onlyLocal = false }: From = from
      const request = {
        socket: { remoteAddress: peer, encrypted },
        headers: proto === undefined ? {} : { 'x-forwarded-proto': proto },
      } as unknown as IncomingMessage
      expect(transportReader({ local: onlyLocal, trustedProxies: ['10.0.0.0/8'] })(request)).toEqual(want)
    })
  }
})
