import { request as httpsRequest } from 'node:https'
import type { TLSSocket } from 'node:tls'
import { closeCodes } from '@micro/contracts'
import { newCertificate } from '@micro/testing'
import { afterEach, describe, expect, test } from 'vitest'
import WebSocket from 'ws'

import { startWorld, type World } from './gateway.fixture.ts'

let world: World
afterEach(() => world.stop())

type Config = NonNullable<NonNullable<Parameters<typeof startWorld>[0]>['config']>
const everywhere = { host: '0.0.0.0' }
const start = async (config: Config): Promise<void> => {
  world = await startWorld({ config })
}

/** Status of an upgrade; 101 when it is let in. */
const upgrade = (key: string, headers: Record<string, string> = {}, options: WebSocket.ClientOptions = {}) =>
  new Promise<number>((resolve, reject) => {
    const url = `${options.ca === undefined ? 'ws' : 'wss'}://127.0.0.1:${world.port}/ws`
    const socket = new WebSocket(url, { ...options, headers: { authorization: `Bearer ${key}`, ...headers } })
    socket.on('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0))
    socket.on('open', () => {
      resolve(101)
      socket.close(closeCodes.protocol)
    })
    socket.on('error', reject)
  })

const spoof = { 'x-forwarded-proto': 'https' }
const proxied = { trustedProxies: ['127.0.0.1'] }

describe('live keys where others than this machine can reach the gateway', () => {
  for (const [name, config, headers, allowed] of [
    ['in clear', everywhere, {}, false],
    ['in clear, with a header that says otherwise', everywhere, spoof, false],
    ['in clear, with that header from a stranger', { ...everywhere, trustedProxies: ['192.0.2.1'] }, spoof, false],
    ['by a trusted proxy in clear', { ...everywhere, ...proxied }, { 'x-forwarded-proto': 'http' }, false],
    ['by a trusted proxy that does not say', { ...everywhere, ...proxied }, {}, false],
    ['by a trusted proxy with TLS', { ...everywhere, ...proxied }, spoof, true],
    ['in clear, but published on loopback only', { ...everywhere, publishedOnLoopback: true }, {}, true],
    ['in clear on loopback', {}, {}, true],
  ] as const) {
    test(`${name}: ${allowed ? 'taken' : 'refused, before anybody looks them up'}`, async () => {
      await start(config)
      const [live, free] = [world.auth.issue('acct_a', 'live'), world.auth.issue('acct_a', 'test')]
      const answer = await world.call('GET', '/v1/events', { key: live, headers })
      const stream = await upgrade(live, headers)
      if (allowed) expect([answer.status, stream]).toEqual([300, 101])
      else {
        expect([answer.status, answer.json.error.code, stream]).toEqual([403, 'live_requires_tls', 403])
        expect(answer.text).toContain('MICRO_TLS_CERT_FILE')
        expect(answer.text).not.toContain(live)
        expect(world.auth.state.lookUps).toBe(0)
      }
      expect((await world.call('GET', '/v1/events', { key: free, headers })).status).toBe(300)
      const isHttps = allowed && headers === spoof
      expect(answer.headers['strict-transport-security']).toBe(isHttps ? 'max-age=31536000' : undefined)
    })
  }
})

describe('with a certificate', () => {
  const { cert, key } = newCertificate()
  const tls = { cert: Buffer.from(cert), key: Buffer.from(key) }
  const call = (path: string, credential: string) =>
    new Promise<{ status: number | undefined; hsts: unknown; protocol: string | null }>((resolve, reject) => {
      const options = { host: '127.0.0.1', port: world.port, path, ca: cert, agent: false } as const
      const outgoing = httpsRequest({ ...options, headers: { authorization: `Bearer ${credential}` } }, (response) => {
        response.resume()
        resolve({
          status: response.statusCode,
          hsts: response.headers['strict-transport-security'],
          protocol: (response.socket as TLSSocket).getProtocol(),
        })
      })
      outgoing.on('error', reject)
      outgoing.end()
    })

  test('it speaks TLS, takes live keys, and tells browsers to come by TLS only', async () => {
    await start({ ...everywhere, tls })
    const live = world.auth.issue('acct_a', 'live')
    expect(await call('/v1/events', live)).toEqual({ status: 300, hsts: 'max-age=31536000', protocol: 'TLSv1.3' })
    expect((await call('/nowhere', live)).hsts).toBe('max-age=31536000')
    expect(await upgrade(live, {}, { ca: cert })).toBe(101)
  })

  test('whoever speaks in clear to it gets no answer, and disturbs nobody', async () => {
    await start({ ...everywhere, tls })
    const live = world.auth.issue('acct_a', 'live')
    await expect(world.call('GET', '/v1/events', { key: live })).rejects.toThrow()
    expect(await world.raw('\u0016\u0003\u0001\u0002\u0000garbage').catch(() => 'cut')).not.toContain('HTTP/1.1')
    expect((await call('/v1/events', live)).status).toBe(300)
    expect(world.seen).toHaveLength(1)
  })
})

describe('at the start', () => {
  const warned = (): boolean => world.lines.some(({ msg }) => msg === 'gateway.listens_in_clear')
  for (const [name, config, want] of [
    ['in clear for others', everywhere, true],
    ['on loopback', {}, false],
    ['published on loopback', { ...everywhere, publishedOnLoopback: true }, false],
    ['behind a proxy', { ...everywhere, ...proxied }, false],
  ] as const)
    test(`listening ${name} is ${want ? 'warned of' : 'fine'}`, async () => {
      await start(config)
      expect(warned()).toBe(want)
    })
})
