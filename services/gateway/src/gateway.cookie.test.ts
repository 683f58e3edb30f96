import { apis, type Mode, type Route } from '@micro/contracts'
import { eventually } from '@micro/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { browserAt, code, inMode } from './browser-session.fixture.ts'
import { startWorld, type World } from './gateway.fixture.ts'

let world: World
const own = (): string => browserAt(world).origin
const enter = (name?: string): Promise<string> => browserAt(world).enter(name)
const pay = (headers: Record<string, string>) => browserAt(world).pay(headers)
const principal = () => world.seen.at(-1)?.call.principal

describe('what a cookie may do', () => {
  let cookie: string
  let operator: string
  beforeAll(async () => {
    world = await startWorld()
    cookie = await enter()
    operator = await enter('operator')
  })
  afterAll(() => world.stop())

  const routes = Object.values(apis)
    .flatMap((api): [string, Route][] => Object.entries(api))
    .filter(([name, { access, sse }]) => !/^(public|internal)$/.test(access[0]) && sse === undefined && name !== '')
  for (const [name, { method, path, access }] of routes)
    test(`${name} is ${access.join(' or ')}'s, and so a signed-in person's`, async () => {
      const headers = { cookie: operator, origin: own(), 'micro-mode': 'test' }
      const { status, json } = await world.call(method, path.replaceAll(/:\w+/g, 'x_1'), { headers })
      // What a service makes of the request is its own: nobody asks who is there any more.
      expect([401, 403, 405], JSON.stringify(json)).not.toContain(status)
    })

  for (const mode of ['test', 'live'] as const satisfies Mode[])
    test(`on a merchant's routes it acts as the merchant in ${mode} mode, with all that a secret key may`, async () => {
      expect((await pay({ ...inMode(cookie, mode), origin: own() })).status).toBe(300)
      expect(principal()).toEqual({
        kind: 'session',
        merchant: 'acct_ada',
        mode,
        user: 'usr_ada',
        session: expect.stringMatching(/^ses_/) as unknown,
        scopes: ['*'],
      })
    })

  test('on routes for people it is the person, who looks at test data unless the request names live mode', async () => {
    await world.call('GET', '/auth/me', { headers: { cookie } })
    expect(principal()).toMatchObject({ kind: 'session', mode: 'test' })
    await world.call('GET', '/auth/me', { headers: inMode(cookie, 'live') })
    expect(principal()).toMatchObject({ kind: 'session', mode: 'live' })
    expect(principal()).not.toHaveProperty('scopes')
  })

  for (const [name, mode, want] of [
    ['none', undefined, [400, 'mode_missing']],
    ['an unknown one', 'sandbox', [400, 'parameter_invalid']],
    ['an empty one', '', [400, 'parameter_invalid']],
    ['both', 'test, live', [400, 'parameter_invalid']],
  ] as const)
    test(`400: a request that names ${name} as its mode`, async () =>
      expect(code(await pay({ ...inMode(cookie, mode), origin: own() }))).toEqual(want))

  test('400: the header twice, a key of another mode', async () => {
    const twice = await world.raw(
      `GET /v1/balance HTTP/1.1\r\nHost: 127.0.0.1:${world.port}\r\nCookie: ${cookie}\r\nMicro-Mode: test\r\nMicro-Mode: live\r\nConnection: close\r\n\r\n`,
    )
    expect(twice).toMatch(/^HTTP\/1\.1 400 /)
    const key = world.auth.issue('acct_a', 'live')
    const answer = await world.call('GET', '/v1/balance', { key, headers: { 'micro-mode': 'test' } })
    expect(code(answer)).toEqual([400, 'mode_mismatch'])
  })

  test('403: what only an operator may', async () =>
    expect(code(await world.call('GET', '/auth/operator/users', { headers: { cookie } }))).toEqual([
      403,
      'operator_required',
    ]))

  test("403: a session of Stripe's command line is opened by a key alone", async () =>
    expect(
      code(
        await world.call('POST', '/v1/stripecli/sessions', { headers: { ...inMode(cookie, 'test'), origin: own() } }),
      ),
    ).toEqual([403, 'secret_key_required']))

  test('Authorization goes before a cookie, also where it does not hold', async () => {
    const key = world.auth.issue('acct_k', 'test')
    await world.call('GET', '/v1/balance', { key, headers: { cookie } })
    expect(principal()).toMatchObject({ kind: 'api_key', merchant: 'acct_k' })
    const broken = await world.call('GET', '/v1/balance', { key: 'sk_test_x', headers: inMode(cookie, 'test') })
    expect(code(broken)).toEqual([401, 'api_key_invalid'])
  })

  test('its value is no credential anywhere else, and no other credential is one in it', async () => {
    const [, token = ''] = cookie.split('=')
    expect(code(await world.call('GET', '/auth/me', { key: token }))).toEqual([401, 'api_key_invalid'])
    for (const held of [world.auth.issue(), world.auth.logIn(), token.toUpperCase(), `${token}0`])
      expect((await world.call('GET', '/auth/me', { headers: { cookie: `micro_session=${held}` } })).status).toBe(401)
  })

  test("a cookie of its name beside it makes both worthless, and is told: one of them is somebody else's", async () => {
    const other = await enter('eve')
    for (const both of [`${cookie}; ${other}`, `${other}; ${cookie}`, `${cookie}; micro_session=`]) {
      const answer = await world.call('GET', '/auth/me', { headers: { cookie: both } })
      expect(code(answer)).toEqual([401, 'cookie_twice'])
      expect(answer.text).not.toContain('bs_')
      expect(code(await browserAt(world).signIn('ada', { origin: own(), cookie: both }))).toEqual([401, 'cookie_twice'])
    }
  })

  test("the cookie of one merchant's person never acts for another, whatever the request names", async () => {
    const headers = { ...inMode(cookie, 'test'), origin: own(), 'stripe-account': 'acct_eve' }
    expect(code(await pay(headers))).toEqual([403, 'account_invalid'])
  })

  test('the log tells person and session, and never the cookie', async () => {
    await world.call('GET', '/auth/me', { headers: { cookie } })
    const line = await eventually(() => {
      const last = world.lines.filter(({ route }) => route === '/auth/me').at(-1)
      expect(last).toMatchObject({ user: 'usr_ada', session: expect.stringMatching(/^ses_/) as unknown })
      return last
    })
    expect(line).not.toHaveProperty('key_id')
    expect(JSON.stringify(world.lines)).not.toContain(cookie.split('=')[1])
  })
})
