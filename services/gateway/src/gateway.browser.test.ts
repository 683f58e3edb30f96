import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { browserAt, code, cookieOf, inMode, setCookie } from './browser-session.fixture.ts'
import { startWorld, type World } from './gateway.fixture.ts'

let world: World
const own = (): string => browserAt(world).origin
const signIn = (...given: Parameters<ReturnType<typeof browserAt>['signIn']>) => browserAt(world).signIn(...given)
const enter = (name?: string): Promise<string> => browserAt(world).enter(name)
const pay = (headers: Record<string, string>) => browserAt(world).pay(headers)
const principal = () => world.seen.at(-1)?.call.principal

describe('signing in and out', () => {
  beforeAll(async () => {
    world = await startWorld({ config: { allowedOrigins: ['https://app.example.com'] } })
  })
  afterAll(() => world.stop())

  test('200: the session is in a cookie that no script reads, and in no body', async () => {
    const answer = await signIn()
    expect(answer.json).toMatchObject({ object: 'browser_session', merchant: 'acct_ada', user: { id: 'usr_ada' } })
    expect(setCookie(answer)).toMatch(
      /^micro_session=bs_[0-9a-f]{64}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=604800$/,
    )
    expect(answer.text).not.toContain('bs_')
  })

  test('under the name micro.localhost the pages are its own as well, and no other name is', async () => {
    const host = `micro.localhost:${world.port}`
    const answer = await signIn('ada', { host, origin: `http://${host}` })
    const headers = { host, cookie: cookieOf(answer), 'sec-fetch-site': 'same-origin' }
    expect((await world.call('GET', '/auth/me', { headers })).status).toBe(300)
    const other = { ...headers, ...inMode(cookieOf(answer), 'test'), origin: own() }
    expect((await pay(other)).status).toBe(403)
  })

  test('401: a wrong password sets none', async () => {
    const answer = await signIn('ada', { origin: own() }, 'guessed')
    expect([...code(answer), answer.headers['set-cookie']]).toEqual([401, 'login_invalid', undefined])
  })

  test('400: a body that is none of its parameters', async () => {
    const body = JSON.stringify({ email: 'ada@example.com', password: 'x', token: 'bs_1' })
    const headers = { 'content-type': 'application/json' }
    expect(code(await world.call('POST', '/auth/browser/sign_in', { headers, body }))).toEqual([
      400,
      'parameter_unknown',
    ])
  })

  test('a cookie that somebody planted before is replaced, and ends', async () => {
    const planted = await enter('eve')
    const victim = await signIn('ada', { origin: own(), cookie: planted })
    expect(cookieOf(victim)).not.toBe(planted)
    expect(code(await world.call('GET', '/auth/me', { headers: { cookie: planted } }))).toEqual([
      401,
      'session_invalid',
    ])
    await world.call('GET', '/auth/me', { headers: { cookie: cookieOf(victim) } })
    expect(principal()).toMatchObject({ merchant: 'acct_ada' })
  })

  for (const [name, headers, want] of [
    ['another page', { origin: 'http://127.0.0.1:3000' }, [403, 'origin_not_allowed']],
    ['a page of no origin', { origin: 'null' }, [403, 'origin_not_allowed']],
    ['a page that may use keys', { origin: 'https://app.example.com' }, [403, 'cookie_origin_refused']],
    [
      'a page of another site that hides its origin',
      { 'sec-fetch-site': 'cross-site' },
      [403, 'cookie_origin_refused'],
    ],
  ] as const)
    test(`403: ${name} signs nobody in`, async () => expect(code(await signIn('ada', { ...headers }))).toEqual(want))

  test('signing out ends the session and takes the cookie away; a second time there is nothing to end', async () => {
    const cookie = await enter()
    const out = () => world.call('POST', '/auth/browser/sign_out', { headers: { cookie, origin: own() } })
    const answer = await out()
    expect([answer.status, answer.json, setCookie(answer)]).toEqual([
      200,
      { object: 'browser_session', ended: true },
      'micro_session=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0',
    ])
    expect((await out()).json).toEqual({ object: 'browser_session', ended: false })
  })

  test('signing out ends what every cookie of the name holds: nobody can tell which one is ours', async () => {
    const held = [await enter('ada'), 'micro_session=x', await enter('eve'), await enter('ada')]
    const headers = { cookie: held.join('; '), origin: own() }
    const answer = await world.call('POST', '/auth/browser/sign_out', { headers })
    expect([answer.status, answer.json]).toEqual([200, { object: 'browser_session', ended: true }])
    for (const cookie of [held[0], held[2], held[3]])
      expect((await world.call('GET', '/auth/me', { headers: { cookie: cookie ?? '' } })).status).toBe(401)
  })

  test('403: another page signs nobody out', async () => {
    const cookie = await enter()
    for (const headers of [{ cookie }, { cookie, origin: 'null' }, { cookie, origin: 'http://127.0.0.1:1' }])
      expect((await world.call('POST', '/auth/browser/sign_out', { headers })).status).toBe(403)
    expect((await world.call('GET', '/auth/me', { headers: { cookie } })).status).toBe(300)
  })
})

describe('over TLS', () => {
  const proxied = { 'x-forwarded-proto': 'https', host: 'pay.example.com' }
  const origin = 'https://pay.example.com'
  afterEach(() => world.stop())
  const start = async () => {
    world = await startWorld({
      config: { host: '0.0.0.0', trustedProxies: ['127.0.0.1'], allowedHosts: ['pay.example.com'] },
    })
  }

  test('the cookie is for this host alone and never sent in clear; the origin is what the browser has', async () => {
    await start()
    const answer = await signIn('ada', { ...proxied, origin })
    expect(setCookie(answer)).toMatch(
      /^__Host-micro_session=bs_[0-9a-f]{64}; Path=\/; HttpOnly; SameSite=Lax; Secure; /,
    )
    const cookie = cookieOf(answer)
    expect((await pay({ ...proxied, origin, ...inMode(cookie, 'live') })).status).toBe(300)
    const inClear = await pay({ ...proxied, origin: 'http://pay.example.com', ...inMode(cookie, 'live') })
    expect(code(inClear)).toEqual([403, 'cookie_origin_refused'])
    const unprefixed = { ...proxied, origin, ...inMode(cookie.replace('__Host-', ''), 'live') }
    expect((await pay(unprefixed)).status).toBe(401)
  })

  test('live mode is taken over TLS only, as of a key', async () => {
    await start()
    const clear = { host: 'pay.example.com', 'x-forwarded-proto': 'http' }
    const cookie = cookieOf(await signIn('ada', { ...clear, origin: 'http://pay.example.com' }))
    const outcome = async (mode: string) =>
      code(await pay({ ...clear, origin: 'http://pay.example.com', ...inMode(cookie, mode) }))
    expect(await outcome('live')).toEqual([403, 'live_requires_tls'])
    expect((await outcome('test'))[0]).toBe(300)
  })

  test('a session that was opened in clear is none over TLS, nor where nobody could have listened', async () => {
    await start()
    const clear = { host: 'pay.example.com', 'x-forwarded-proto': 'http' }
    const cookie = cookieOf(await signIn('ada', { ...clear, origin: 'http://pay.example.com' }))
    const overTls = { ...proxied, ...inMode(`__Host-${cookie}`, 'live') }
    expect(code(await world.call('GET', '/v1/balance', { headers: overTls }))).toEqual([401, 'session_invalid'])
    expect((await world.call('GET', '/auth/me', { headers: { ...clear, cookie } })).status).toBe(300)
    const safe = cookieOf(await signIn('ada', { ...proxied, origin }))
    expect((await pay({ ...proxied, origin, ...inMode(safe, 'live') })).status).toBe(300)
  })

  test('what names no mode is told to its service as asked in clear: a live key must not be answered', async () => {
    await start()
    for (const proto of ['http', 'https']) {
      const origin = `${proto}://pay.example.com`
      const way = { host: 'pay.example.com', 'x-forwarded-proto': proto, 'micro-in-clear': 'false', origin }
      const headers = { ...way, cookie: cookieOf(await signIn('ada', way)) }
      const body = JSON.stringify({ environment: 'live' })
      await world.call('POST', '/auth/api_keys', { headers: { ...headers, 'content-type': 'application/json' }, body })
      expect(world.seen.at(-1)?.call).toMatchObject({ inClear: proto === 'http' })
    }
  })
})

describe('limits', () => {
  afterEach(() => world.stop())

  test('each session has what a key has, in all modes together', async () => {
    world = await startWorld({ config: { limits: { perKey: 3 } } })
    const [mine, other] = [await enter('ada'), await enter('ada')]
    const ask = async (cookie: string, mode: string) =>
      (await world.call('GET', '/v1/balance', { headers: inMode(cookie, mode) })).status
    for (const mode of ['test', 'live', 'test']) expect(await ask(mine, mode)).toBe(300)
    expect(await ask(mine, 'live')).toBe(429)
    expect(await ask(other, 'test')).toBe(300)
  })

  test('signing in counts as logging in does', async () => {
    world = await startWorld({ config: { limits: { login: 2 } } })
    for (const want of [401, 401, 429]) expect((await signIn('ada', { origin: own() }, 'guessed')).status).toBe(want)
  })
})
