import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { apiVersion } from '@micro/contracts'
import { eventually } from '@micro/testing'
import { startWorld, type World } from './gateway.fixture.ts'

let world: World
let key: string
beforeAll(async () => {
  world = await startWorld({ config: { allowedOrigins: ['https://app.example.com'] } })
  key = world.auth.issue('acct_a')
})
afterAll(() => world.stop())
beforeEach(() => {
  world.seen.length = 0
  world.lines.length = 0
})

const codeOf = async (call: Promise<{ json: { error: { code?: string } }; status: number }>) => {
  const { status, json } = await call
  return [status, json.error.code]
}

describe('who may call what', () => {
  test('a secret key reaches the service as a principal, not as a key', async () => {
    const answer = await world.call('GET', '/v1/payment_intents', { key })
    expect(answer.status).toBe(300)
    expect(world.seen[0]?.call.principal).toEqual({
      kind: 'api_key',
      merchant: 'acct_a',
      mode: 'test',
      keyId: world.auth.keyId(key),
      scopes: ['*'],
    })
  })

  test('the key works as Basic user name, as `curl -u` sends it', async () => {
    const authorization = `Basic ${Buffer.from(`${key}:`).toString('base64')}`
    expect((await world.call('GET', '/v1/payment_intents', { headers: { authorization } })).status).toBe(300)
  })

  test('public routes ask for nothing and get no principal, whatever was sent', async () => {
    const body = JSON.stringify({ email: 'dev@example.com', password: 'securepassword' })
    expect((await world.call('POST', '/auth/login', { key, body })).status).toBe(300)
    expect(world.seen[0]?.call.principal).toBeUndefined()
  })

  test('missing, wrong and mismatched credentials each say what is needed', async () => {
    const session = world.auth.logIn()
    expect(await codeOf(world.call('GET', '/v1/payment_intents'))).toEqual([401, 'api_key_missing'])
    expect(await codeOf(world.call('GET', '/auth/api_keys'))).toEqual([401, 'session_missing'])
    expect(await codeOf(world.call('GET', '/auth/api_keys', { key }))).toEqual([401, 'session_missing'])
    expect(await codeOf(world.call('GET', '/v1/payment_intents', { key: session }))).toEqual([
      403,
      'secret_key_required',
    ])
    expect(await codeOf(world.call('GET', '/auth/me', { key: 'eyJhbGciOiJub25lIn0.e30.c2ln' }))).toEqual([
      401,
      'session_invalid',
    ])
    expect((await world.call('GET', '/auth/me', { key })).status).toBe(300)
    expect((await world.call('GET', '/auth/me', { key: session })).status).toBe(300)
    expect(world.seen.map(({ call }) => call.principal)).toMatchObject([
      { kind: 'api_key' },
      { kind: 'session', user: 'usr_1' },
    ])
  })

  test("an operator's routes open to an operator's session only, and say so", async () => {
    const [session, operator] = [world.auth.logIn('usr_2'), world.auth.logIn('usr_3', 'acct_a', { operator: true })]
    const path = '/auth/operator/users'
    expect(await codeOf(world.call('GET', path))).toEqual([401, 'session_missing'])
    expect(await codeOf(world.call('GET', path, { key }))).toEqual([401, 'session_missing'])
    expect(await codeOf(world.call('GET', path, { key: session }))).toEqual([403, 'operator_required'])
    expect(world.seen).toEqual([])
    expect((await world.call('GET', path, { key: operator })).status).toBe(300)
    expect((await world.call('GET', '/auth/me', { key: operator })).status).toBe(300)
  })

  test('a malformed key costs no look-up, a well-formed unknown one is refused and shown masked', async () => {
    const before = world.auth.state.lookUps
    expect(await codeOf(world.call('GET', '/v1/events', { key: 'sk_test_nonsense' }))).toEqual([401, 'api_key_invalid'])
    expect(world.auth.state.lookUps).toBe(before)
    const unknown = world.auth.issue()
    world.auth.holders.delete(unknown)
    const answer = await world.call('GET', '/v1/events', { key: unknown })
    expect(answer.status).toBe(401)
    expect(answer.text).not.toContain(unknown)
    expect(answer.headers['www-authenticate']).toContain('Bearer')
  })

  test('an auth service that is down is a 503 with Retry-After, never a 401', async () => {
    const fresh = world.auth.issue()
    world.auth.state.down = true
    const answer = await world.call('GET', '/v1/events', { key: fresh })
    world.auth.state.down = false
    expect([answer.status, answer.json.error.code, answer.headers['retry-after']]).toEqual([
      503,
      'upstream_unavailable',
      '1',
    ])
    expect((await world.call('GET', '/v1/events', { key: fresh })).status).toBe(300)
  })

  test('a revocation on the bus takes effect at once', async () => {
    const doomed = world.auth.issue()
    expect((await world.call('GET', '/v1/events', { key: doomed })).status).toBe(300)
    const keyId = world.auth.keyId(doomed)
    world.auth.holders.delete(doomed)
    world.bus.publish('credential.revoked', { keyId })
    await eventually(async () => expect((await world.call('GET', '/v1/events', { key: doomed })).status).toBe(401))
  })

  test('an expired key is told so, masked', async () => {
    const late = world.auth.issue()
    world.auth.expire(late)
    const answer = await world.call('GET', '/v1/events', { key: late })
    expect([answer.status, answer.json.error]).toEqual([
      401,
      {
        type: 'invalid_request_error',
        code: 'api_key_expired',
        doc_url: '/docs/errors#api_key_expired',
        message: `Expired API Key provided: sk_test_****${late.slice(-4)}`,
      },
    ])
  })

  test('a key that now ends at another time is asked about anew, at once', async () => {
    const rolled = world.auth.issue()
    expect((await world.call('GET', '/v1/events', { key: rolled })).status).toBe(300)
    const keyId = world.auth.keyId(rolled)
    world.auth.expire(rolled)
    world.bus.publish('credential.changed', { keyId })
    await eventually(async () =>
      expect(await codeOf(world.call('GET', '/v1/events', { key: rolled }))).toEqual([401, 'api_key_expired']),
    )
  })

  test('a restricted key gets no further than its scopes, and is told what is missing as Stripe does', async () => {
    const restricted = world.auth.issue('acct_a', 'test', ['payments:write'])
    expect((await world.call('GET', '/v1/payment_intents', { key: restricted })).status).toBe(300)
    world.seen.length = 0
    const answer = await world.call('GET', '/ledger/accounts', { key: restricted })
    expect([answer.status, answer.json.error]).toEqual([
      403,
      {
        type: 'invalid_request_error',
        code: 'more_permissions_required',
        doc_url: '/docs/errors#more_permissions_required',
        message: `The provided key 'rk_test_****${restricted.slice(-4)}' does not have the required permissions for this endpoint. Having the 'ledger:read' permission would allow this request to continue.`,
      },
    ])
    expect(world.seen).toEqual([])
    await eventually(() => expect(world.lines.at(-1)).toMatchObject({ key_id: world.auth.keyId(restricted) }))
  })

  test('a key in the URL is refused and does not reach the log', async () => {
    expect(await codeOf(world.call('GET', `/v1/events?api_key=${key}`))).toEqual([400, 'parameter_invalid'])
    await eventually(() => world.lines.length > 0)
    expect(JSON.stringify(world.lines)).not.toContain(key.slice(12))
  })
})

describe('what the envelope and headers say', () => {
  test("what is not answered of Stripe's API is 404 in its words, with a word about Micro and where to read what is", async () => {
    for (const [method, path] of [
      ['GET', '/v1/nothing_of_the_kind'],
      ['POST', '/v1/payment_intents/pi_1/nothing_of_the_kind'],
      ['DELETE', '/v1/payment_intents/pi_1'],
      ['PUT', '/v1/payment_intents'],
      ['GET', '/v1/'],
      ['POST', '/v2/core/accounts'],
    ] as const) {
      const answer = await world.call(method, path, { key })
      expect([answer.status, answer.json.error]).toEqual([
        404,
        {
          type: 'invalid_request_error',
          doc_url: '/docs/stripe-coverage',
          message: expect.stringMatching(
            `^Unrecognized request URL \\(${method}: ${path}\\)\\. This is Micro, .* /docs/stripe-coverage `,
          ) as string,
        },
      ])
    }
  })

  test('unknown routes are 404 elsewhere, too', async () => {
    for (const path of [
      '/authors',
      '/paymentsfoo',
      '/auth/validate_key',
      '/internal/stream',
      '/internal/credentials/verify',
    ]) {
      expect((await world.call('POST', path, { key })).status).toBe(404)
    }
  })

  test('a known path with another method is 405 with Allow', async () => {
    const answer = await world.call('PUT', '/ledger/transactions', { key })
    expect([answer.status, answer.json.error.code, answer.headers['allow']]).toEqual([
      405,
      'method_not_allowed',
      'GET, POST, HEAD, OPTIONS',
    ])
  })

  test('HEAD answers like GET without a body, OPTIONS with the methods', async () => {
    const head = await world.call('HEAD', '/v1/payment_intents', { key })
    expect([head.status, head.text]).toEqual([300, ''])
    expect(Number(head.headers['content-length'])).toBeGreaterThan(0)
    const options = await world.call('OPTIONS', '/v1/payment_intents')
    expect([options.status, options.headers['allow']]).toEqual([204, 'GET, POST, HEAD, OPTIONS'])
    expect(options.headers['access-control-allow-origin']).toBeUndefined()
  })

  test('a body announced above 1 MiB is 413 before the key is looked at, one that grows above it is 413 too', async () => {
    const announced = await world.call('POST', '/v1/payment_intents', { body: 'x'.repeat(1024 * 1024 + 1) })
    expect([announced.status, announced.json.error.code]).toEqual([413, 'body_too_large'])
    const headers = { 'transfer-encoding': 'chunked', 'content-type': 'application/json' }
    const grown = await world.call('POST', '/v1/payment_intents', { key, headers, body: ' '.repeat(1024 * 1024 + 1) })
    expect([grown.status, grown.json.error.code]).toEqual([413, 'body_too_large'])
  })

  test('a route that takes more says so in the contracts, and is bounded, too', async () => {
    const bulk = (bytes: number, path = '/ledger/transactions/bulk') => {
      // In items none of which is too large by itself; the first fills what the others leave.
      const others = `,"${'x'.repeat(1_000_000)}"`.repeat(Math.floor((bytes - 100) / 1_000_003))
      const body = `{"transactions":["${'x'.repeat(bytes - others.length - 21)}"${others}]}`
      return world.call('POST', path, { key, headers: { 'content-type': 'application/json' }, body })
    }
    expect((await bulk(8 * 1024 * 1024)).status).toBe(300)
    const large = await bulk(8 * 1024 * 1024 + 1)
    expect([large.status, large.json.error.message]).toEqual([413, expect.stringContaining('8388608 bytes')])
    expect((await bulk(2 * 1024 * 1024, '/ledger/transactions')).status).toBe(413)
  })

  test('every answer has a request id of our own making and the security headers', async () => {
    for (const answer of [
      await world.call('GET', '/v1/events', { key, headers: { 'x-request-id': 'mine', 'request-id': 'mine' } }),
      await world.call('GET', '/nowhere'),
      await world.call('GET', '/health'),
    ]) {
      expect(answer.headers['request-id']).toMatch(/^req_/)
      expect(answer.headers).toMatchObject({
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
      })
    }
    expect(world.seen[0]?.call.requestId).toMatch(/^req_/)
  })

  test('/v1 echoes a Stripe-Version of any form that Stripe has had, and its own without one', async () => {
    const version = async (asked?: string, path = '/v1/events') =>
      (await world.call('GET', path, { key, headers: asked === undefined ? {} : { 'stripe-version': asked } })).headers[
        'stripe-version'
      ]
    for (const valid of ['2024-06-20', '2026-10-28.endive', '2024-04-10; custom_checkout_beta=v1; other_beta=v2'])
      expect(await version(valid)).toBe(valid)
    expect(await version()).toBe(apiVersion)
    expect(await version('')).toBe(apiVersion)
    expect(await version('2024-06-20', '/ledger/accounts')).toBeUndefined()
  })

  test('a Stripe-Version that is none is refused as Stripe does, without a code', async () => {
    for (const wrong of ['nonsense', '1999-01-01', '2024-06-20.', 'latest', '2024-06-20 or so']) {
      const answer = await world.call('GET', '/v1/events', { key, headers: { 'stripe-version': wrong } })
      expect([answer.status, answer.json.error, answer.headers['stripe-version']]).toEqual([
        400,
        {
          type: 'invalid_request_error',
          message: `Invalid Stripe API version: ${wrong}. Send one of the form 2026-10-28.endive, or leave it out.`,
        },
        apiVersion,
      ])
    }
    expect(world.seen).toEqual([])
  })

  for (const header of ['Stripe-Account', 'Stripe-Context'])
    test(`${header} may name the key's own account; any other is refused, since there are no connected ones`, async () => {
      const call = (account: string) =>
        world.call('POST', '/v1/payment_intents/pi_1/cancel', { key, headers: { [header]: account } })
      const own = await call('acct_a')
      expect([own.status, own.headers[header.toLowerCase()]]).toEqual([300, 'acct_a'])
      world.seen.length = 0
      for (const other of ['acct_b', 'acct_a/acct_b', ' acct_b,acct_a', 'ACCT_A']) {
        const { status, json } = await call(other)
        expect([status, json.error]).toEqual([
          403,
          {
            type: 'invalid_request_error',
            code: 'account_invalid',
            doc_url: '/docs/errors#account_invalid',
            message: `The provided key 'sk_test_****${key.slice(-4)}' does not have access to account '${other.trim()}' (or that account does not exist). There are no connected accounts here: leave the ${header} header out.`,
          },
        ])
      }
      expect(world.seen).toEqual([])
    })

  test('one canonical line per request, with the route pattern and without secrets', async () => {
    await world.call('GET', '/v1/events/evt_private', { key })
    await eventually(() => world.lines.length > 0)
    expect(world.lines).toHaveLength(1)
    expect(world.lines[0]).toMatchObject({
      msg: 'request.finished',
      method: 'GET',
      route: '/v1/events/:id',
      status: 300,
      merchant: 'acct_a',
      mode: 'test',
      key_id: world.auth.keyId(key),
      ip: '127.0.0.1',
    })
    expect(JSON.stringify(world.lines)).not.toMatch(/evt_private|sk_test_/)
  })

  test('an unexpected error is a 500 that tells nothing, with its cause in the log', async () => {
    world.replying.reply = () => Promise.reject(new Error('the secret plan'))
    const answer = await world.call('GET', '/v1/events', { key })
    world.replying.reply = (operation) => Promise.resolve({ operation })
    expect([answer.status, answer.json.error.code]).toEqual([500, 'internal'])
    expect(answer.text).not.toContain('secret plan')
    expect(JSON.stringify(world.lines)).toContain('secret plan')
  })

  test('GET / says what this is', async () => {
    expect((await world.call('GET', '/')).json).toMatchObject({ name: 'Micro' })
  })

  test('/ws without an upgrade explains itself', async () => {
    expect(await codeOf(world.call('GET', '/ws', { key }))).toEqual([400, 'parameter_invalid'])
  })
})

describe('browsers', () => {
  test('a name that was rebound to us is not served', async () => {
    expect(await codeOf(world.call('GET', '/v1/events', { key, headers: { host: 'rebound.evil.example' } }))).toEqual([
      421,
      'host_not_allowed',
    ])
  })

  test('a foreign page can change nothing, with or without a key', async () => {
    for (const origin of ['https://evil.example', 'null']) {
      expect(await codeOf(world.call('POST', '/auth/login', { headers: { origin }, body: '{}' }))).toEqual([
        403,
        'origin_not_allowed',
      ])
    }
    expect(world.seen).toEqual([])
  })

  test('only configured origins get CORS headers', async () => {
    const preflight = (origin: string) =>
      world.call('OPTIONS', '/v1/payment_intents', { headers: { origin, 'access-control-request-method': 'POST' } })
    expect((await preflight('https://app.example.com')).headers).toMatchObject({
      'access-control-allow-origin': 'https://app.example.com',
      vary: 'Origin',
      'access-control-max-age': '600',
    })
    expect((await preflight('https://evil.example')).headers['access-control-allow-origin']).toBeUndefined()
  })
})
