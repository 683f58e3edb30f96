import { fakeClock } from '@micro/testing'
import { afterEach, describe, expect, test } from 'vitest'
import { browserAt } from './browser-session.fixture.ts'
import { startWorld, type World } from './gateway.fixture.ts'

let world: World
afterEach(() => world.stop())

const times = (count: number) => Array.from({ length: count }, (_, at) => at)

describe('limits', () => {
  test('at the default limit 100 requests pass and the 101st is told when to come back', async () => {
    const clock = fakeClock('2026-01-01T00:00:00Z')
    world = await startWorld({ clock, config: { limits: { perKey: 100 } } })
    const key = world.auth.issue()
    for (const at of times(100)) {
      const answer = await world.call('GET', '/v1/events', { key })
      expect(answer.status).toBe(300)
      expect(answer.headers).toMatchObject({ 'x-ratelimit-limit': '100', 'x-ratelimit-remaining': String(99 - at) })
      clock.advance(170)
    }
    const refused = await world.call('GET', '/v1/events', { key })
    expect([refused.status, refused.json.error.code, refused.json.error.type]).toEqual([
      429,
      'rate_limit',
      'invalid_request_error',
    ])
    // The first of the hundred was 17 s ago, so it leaves the window in 43 s.
    expect(refused.headers).toMatchObject({
      'retry-after': '43',
      'ratelimit-policy': '"default";q=100;w=60',
      ratelimit: '"default";r=0;t=43',
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset': String(Date.UTC(2026, 0, 1, 0, 1) / 1000),
      'stripe-should-retry': 'false',
      'stripe-rate-limited-reason': 'global-rate',
    })
    clock.advance(43_000)
    expect((await world.call('GET', '/v1/events', { key })).status).toBe(300)
  })

  test('each key has its own window, a person one over all their sessions', async () => {
    world = await startWorld({ config: { limits: { perKey: 2 } } })
    const [first, second] = [world.auth.issue(), world.auth.issue()]
    const session = world.auth.logIn('usr_9')
    const again = `${session}x`
    world.auth.holders.set(again, {
      kind: 'session',
      merchant: 'acct_a',
      mode: 'test',
      user: 'usr_9',
      session: 'ses_other',
    })
    const statuses: number[] = []
    for (const key of [first, first, first, second])
      statuses.push((await world.call('GET', '/v1/events', { key })).status)
    for (const key of [session, again, again]) statuses.push((await world.call('GET', '/auth/me', { key })).status)
    expect(statuses).toEqual([300, 300, 429, 300, 300, 300, 429])
  })

  test('what a restricted key may not do counts against its limit all the same', async () => {
    world = await startWorld({ config: { limits: { perKey: 2 } } })
    const key = world.auth.issue('acct_a', 'test', ['events:read'])
    const statuses: number[] = []
    for (let at = 0; at < 3; at++) statuses.push((await world.call('GET', '/ledger/accounts', { key })).status)
    expect(statuses).toEqual([403, 403, 429])
  })

  test('a publishable key is limited per address, and all addresses together to ten times as much', async () => {
    world = await startWorld({ config: { limits: { perKey: 2 }, trustedProxies: ['127.0.0.1'] } })
    const [key, other] = [world.auth.issuePublishable(), world.auth.issuePublishable('acct_b')]
    const from = (address: number, by = key) =>
      world.call('GET', '/v1/payment_intents/pi_1', {
        key: by,
        headers: { 'x-forwarded-for': `192.0.2.${address}` },
      })
    const [, second, third] = [await from(1), await from(1), await from(1)]
    expect([second.status, second.headers['x-ratelimit-limit']]).toEqual([300, '2'])
    expect([third.status, third.headers['ratelimit-policy']]).toEqual([429, '"page";q=2;w=60'])
    expect((await from(1, other)).status).toBe(300)
    const statuses = []
    for (const at of times(9)) for (const _ of times(2)) statuses.push((await from(at + 2)).status)
    expect(new Set(statuses)).toEqual(new Set([300]))
    const refused = await from(20)
    expect([refused.status, refused.headers['ratelimit-policy']]).toEqual([429, '"publishable";q=20;w=60'])
    // What a server does with its own key is none of it.
    expect((await world.call('GET', '/v1/events', { key: world.auth.issue() })).status).toBe(300)
  })

  test('what a processor tells, with no key, is limited to ten times what strangers may ask, and no other for its sake', async () => {
    world = await startWorld({ config: { limits: { perIp: 1 } } })
    const tell = (processor: string) => world.call('POST', `/payments/processors/${processor}/webhook`, {})
    for (const at of times(11)) {
      const answer = await tell('proc_loud')
      expect([at, answer.status]).toEqual([at, at < 10 ? 300 : 429])
      expect(answer.headers['ratelimit-policy']).toBe('"webhook";q=10;w=60')
    }
    expect((await tell('proc_quiet')).status).toBe(300)
    // From one address no more than ten times that, whatever is called.
    for (const at of times(88)) expect((await tell(`proc_${at}`)).status).toBe(300)
    const refused = await tell('proc_another')
    expect([refused.status, refused.headers['ratelimit-policy']]).toEqual([429, '"webhooks";q=100;w=60'])
  })

  test('logins are limited per address and say so', async () => {
    world = await startWorld({ config: { limits: { login: 3 } } })
    const body = JSON.stringify({ email: 'a@b.c', password: 'securepassword' })
    for (const _ of times(3)) expect((await world.call('POST', '/auth/login', { body })).status).toBe(300)
    const refused = await world.call('POST', '/auth/register', { body })
    expect([
      refused.status,
      refused.headers['ratelimit-policy'],
      refused.headers['stripe-rate-limited-reason'],
    ]).toEqual([429, '"login";q=3;w=60', 'endpoint-rate'])
  })

  test('guessing keys is limited per address, spares the database, and locks no known key out', async () => {
    world = await startWorld({ config: { limits: { perIp: 5 }, credentialTtlMs: 1, credentialNegativeTtlMs: 1 } })
    const known = world.auth.issue()
    expect((await world.call('GET', '/v1/events', { key: known })).status).toBe(300)
    const guess = () => {
      const key = world.auth.issue()
      world.auth.holders.delete(key)
      return world.call('GET', '/v1/events', { key })
    }
    for (const _ of times(5)) expect((await guess()).status).toBe(401)
    const before = world.auth.state.lookUps
    for (const _ of times(5)) expect((await guess()).status).toBe(429)
    expect(world.auth.state.lookUps).toBe(before)
    expect((await world.call('GET', '/v1/events', { key: known })).status).toBe(300)
  })

  test('who shows no credential uses up no tries: any page can make a browser ask so', async () => {
    world = await startWorld({ config: { limits: { perIp: 2 } } })
    for (const _ of times(5))
      for (const headers of [{ 'sec-fetch-site': 'cross-site' }, { authorization: ' ' }])
        expect((await world.call('GET', '/auth/me', { headers })).status).toBe(401)
    const browser = browserAt(world)
    const headers = { cookie: await browser.enter() }
    expect((await world.call('GET', '/auth/me', { headers })).status).toBe(300)
  })

  test('a spoofed X-Forwarded-For changes no window', async () => {
    world = await startWorld({ config: { limits: { login: 1 } } })
    const body = JSON.stringify({ email: 'a@b.c', password: 'securepassword' })
    expect(
      (await world.call('POST', '/auth/login', { body, headers: { 'x-forwarded-for': '203.0.113.1' } })).status,
    ).toBe(300)
    expect(
      (await world.call('POST', '/auth/login', { body, headers: { 'x-forwarded-for': '203.0.113.2' } })).status,
    ).toBe(429)
  })

  test('health is never limited, and 0 switches a limit off', async () => {
    world = await startWorld({ config: { limits: { perIp: 1, perKey: 0 } } })
    const key = world.auth.issue()
    for (const _ of times(5)) {
      expect((await world.call('GET', '/health')).status).toBe(200)
      const answer = await world.call('GET', '/v1/events', { key })
      expect([answer.status, answer.headers['ratelimit']]).toEqual([300, undefined])
    }
  })
})
