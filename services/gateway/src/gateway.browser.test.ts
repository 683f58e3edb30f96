import { apis, type Mode, type Route } from '@micro/contracts'
import { eventually } from '@micro/testing'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { browserPassword } from './browser-session.fixture.ts'
import { startWorld, type Answer, type World } from './gateway.fixture.ts'
import { refusedStream } from './stream/stream.fixture.ts'
import { errorOf, openSse } from './stream/sse.fixture.ts'
import { WebSocket } from 'ws'

let world: World
const own = (): string => `http://127.0.0.1:${world.port}`

const signIn = (name = 'ada', headers: Record<string, string> = { origin: own() }, password = browserPassword) =>
  world.call('POST', '/auth/browser/sign_in', {
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ email: `${name}@example.com`, password }),
  })
const setCookie = ({ headers }: Answer): string => String(headers['set-cookie'])
/** What a browser sends back of it. */
const cookieOf = (answer: Answer): string => setCookie(answer).split(';', 1)[0] ?? ''
const enter = async (name?: string): Promise<string> => cookieOf(await signIn(name))

const code = ({ status, json }: Answer) => [status, (json as { error?: { code?: string } }).error?.code]
const inMode = (cookie: string, mode?: string) => ({ cookie, ...(mode === undefined ? {} : { 'micro-mode': mode }) })
const pay = (headers: Record<string, string>) => world.call('POST', '/v1/payment_intents/pi_1/cancel', { headers })
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

  test('403: another page signs nobody out', async () => {
    const cookie = await enter()
    for (const headers of [{ cookie }, { cookie, origin: 'null' }, { cookie, origin: 'http://127.0.0.1:1' }])
      expect((await world.call('POST', '/auth/browser/sign_out', { headers })).status).toBe(403)
    expect((await world.call('GET', '/auth/me', { headers: { cookie } })).status).toBe(300)
  })
})

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

  test("a cookie of its name beside it makes both worthless: one of them is somebody else's", async () => {
    const other = await enter('eve')
    const answer = await world.call('GET', '/auth/me', { headers: { cookie: `${cookie}; ${other}` } })
    expect(answer.status).toBe(401)
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

  test('is read by nobody but its own page', async () => {
    for (const headers of [
      { ...inMode(cookie, 'test'), origin: 'http://127.0.0.1:1' },
      { ...inMode(cookie, 'test'), 'sec-fetch-site': 'cross-site' },
    ])
      expect(code(await world.call('GET', '/v1/balance', { headers }))).toEqual([403, 'cookie_origin_refused'])
    expect((await world.call('GET', '/v1/balance', { headers: inMode(cookie, 'test') })).status).toBe(300)
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
    ['another page opens', '/ws?mode=test', () => ({ origin: 'http://127.0.0.1:1' }), [403, 'origin_not_allowed']],
    ['a page of no origin opens', '/ws?mode=test', () => ({ origin: 'null' }), [403, 'origin_not_allowed']],
    ['another site opens', '/ws?mode=test', () => ({ 'sec-fetch-site': 'cross-site' }), [403, 'cookie_origin_refused']],
  ] as const)
    test(`${want[0]}: a WebSocket that ${name}`, async () => {
      const { status, code: got } = await refusedStream(world, { cookie, ...headers() }, path)
      expect([status, got]).toEqual(want)
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
