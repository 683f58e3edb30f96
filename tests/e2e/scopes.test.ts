import { apis, grants, pathsOf, scopes, type Route, type Scope } from '@micro/contracts'
import { eventually } from '@micro/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import WebSocket from 'ws'
import { caller, newMerchant, type Caller, type Merchant } from './api.ts'
import { micro, removeTemporaryDirectories, type Micro } from './harness.ts'

let platform: Micro
let merchant: Merchant
const keys = new Map<Scope, { key: string; call: Caller }>()

const restricted = async (body: object): Promise<{ id: string; key: string; call: Caller }> => {
  const made = await merchant.session('POST', '/auth/api_keys', { body: { environment: 'test', ...body } })
  expect(made.status).toBe(201)
  const key = String(made.body['key'])
  return { id: made.body.id, key, call: caller(platform.url, key) }
}

beforeAll(async () => {
  platform = await micro()
  merchant = await newMerchant(platform.url)
  for (const scope of scopes) keys.set(scope, await restricted({ scopes: [scope] }))
})
afterAll(async () => {
  await platform.stop()
  await removeTemporaryDirectories()
})

const routes = Object.values(apis)
  .flatMap((api) => Object.entries(api) as [string, Route][])
  .filter(([, route]) => route.access.includes('secret_key'))
  .flatMap(([name, route]) => pathsOf(route).map((path) => ({ name, route, path })))
const ask = (call: Caller, { method }: Route, path: string) =>
  call(method, path.replaceAll(/:\w+/g, 'unknown'), method === 'POST' ? { body: {} } : {})

describe('a restricted key with just one scope gets through exactly where the rule says so', () => {
  for (const { name, route, path } of routes) {
    for (const scope of scopes) {
      const open = grants([scope], route.scope)
      test(`${scope} ${open ? 'opens' : 'does not open'} ${route.method} ${path} (${name})`, async () => {
        const { status, body } = await ask(keys.get(scope)!.call, route, path)
        // What gets through fails later, for want of an object or a parameter; never for want of a permission.
        if (open) expect([401, 403, 500]).not.toContain(status)
        else expect([status, body.error.code]).toEqual([403, 'more_permissions_required'])
      })
    }
  }

  for (const scope of scopes) {
    const open = grants([scope], 'events:read')
    test(`${scope} ${open ? 'opens' : 'does not open'} the stream at /ws`, async () => {
      const socket = new WebSocket(`${platform.url.replace('http', 'ws')}/ws`, {
        headers: { authorization: `Bearer ${keys.get(scope)!.key}` },
      })
      socket.on('error', () => {})
      const outcome = await new Promise<number>((resolve) => {
        socket.on('open', () => resolve(101))
        socket.on('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0))
      })
      socket.terminate()
      expect(outcome).toBe(open ? 101 : 403)
    })
  }
})

test('a secret key opens every route', async () => {
  const secret = await restricted({})
  for (const { route, path } of routes)
    expect([401, 403, 500], `${route.method} ${path}`).not.toContain((await ask(secret.call, route, path)).status)
})

describe('a publishable key', () => {
  const publishable = async (): Promise<Caller> =>
    caller(platform.url, String((await merchant.test('GET', '/auth/me')).body['publishable_key']))
  const all = Object.values(apis)
    .flatMap((api) => Object.entries(api) as [string, Route][])
    .filter(([, { access }]) => !access.includes('public') && !access.includes('internal'))

  test('opens the routes for browsers and no other, on both surfaces', async () => {
    const call = await publishable()
    for (const [name, route] of all)
      for (const path of pathsOf(route)) {
        const { status, body } = await ask(call, route, path)
        // What gets through fails later: no page was given this object.
        const want = route.access.includes('publishable_key')
          ? [400, 'parameter_missing']
          : route.access.includes('secret_key')
            ? [403, 'secret_key_required']
            : [401, 'session_missing']
        expect([name, path, status, body.error.code]).toEqual([name, path, ...want])
      }
  })

  test("pays from a page of any origin what the merchant's server asked for, and sees nothing of the merchant's own", async () => {
    const { body: created } = await merchant.test('POST', '/v1/payment_intents', {
      form: 'amount=5000&currency=usd&metadata[margin]=40',
    })
    const page = { headers: { origin: 'https://shop.example' } }
    const confirmed = await (
      await publishable()
    )('POST', `/v1/payment_intents/${created.id}/confirm`, {
      ...page,
      form: `payment_method=pm_card_visa&client_secret=${String(created['client_secret'])}`,
    })
    expect([confirmed.status, confirmed.body.status, confirmed.headers.get('access-control-allow-origin')]).toEqual([
      200,
      'succeeded',
      '*',
    ])
    expect('metadata' in confirmed.body).toBe(false)
    const path = `/v1/payment_intents/${created.id}?client_secret=${String(created['client_secret'])}`
    expect((await (await publishable())('GET', path, page)).body).toEqual(confirmed.body)
    expect((await merchant.test('GET', `/v1/payment_intents/${created.id}`)).body.status).toBe('succeeded')
  })

  test('opens no stream', async () => {
    const key = String((await merchant.test('GET', '/auth/me')).body['publishable_key'])
    const socket = new WebSocket(`${platform.url.replace('http', 'ws')}/ws`, {
      headers: { authorization: `Bearer ${key}` },
    })
    socket.on('error', () => {})
    expect(
      await new Promise<number>((resolve) => {
        socket.on('open', () => resolve(101))
        socket.on('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0))
      }),
    ).toBe(403)
  })
})

test('what a restricted key may do it really does, and nothing around it', async () => {
  const { call } = await restricted({ scopes: ['payments:write'] })
  const created = await call('POST', '/v1/payment_intents', { form: 'amount=5000&currency=usd' })
  const confirmed = await call('POST', `/v1/payment_intents/${created.body.id}/confirm`, {
    form: 'payment_method=pm_card_visa',
  })
  expect(confirmed.body.status).toBe('succeeded')
  expect((await call('GET', `/v1/payment_intents/${created.body.id}`)).status).toBe(200)
  expect((await call('GET', '/v1/events')).body.error.message).toMatch(
    /^The provided key 'rk_test_\*{4}\w{4}' does not have the required permissions for this endpoint\. Having the 'events:read' permission would allow/,
  )
})

describe('a key cannot come to more than it has', () => {
  test('it makes no keys, neither for itself nor by asking for scopes', async () => {
    for (const { call } of keys.values())
      for (const body of [{ environment: 'test' }, { environment: 'test', scopes: ['ledger:write'] }])
        expect((await call('POST', '/auth/api_keys', { body })).status).toBe(401)
  })

  test('a rolled one has the scopes and the end of the first, whatever was sent along', async () => {
    const first = await restricted({ scopes: ['events:read'], expires_in: 3600 })
    const path = `/auth/api_keys/${first.id}/roll`
    expect((await first.call('POST', path, { body: { scopes: ['*'] } })).status).toBe(400)
    const { status, body } = await first.call('POST', path, { body: { expires_in: 600 } })
    const rolled = body['rolled_key'] as { expires: number }
    expect([status, body['scopes'], body['type']]).toEqual([201, ['events:read'], 'restricted'])
    expect(rolled.expires).toBeLessThan(Number(body['expires']))
    const second = caller(platform.url, String(body['key']))
    for (const call of [first.call, second]) {
      expect((await call('GET', '/v1/events')).status).toBe(200)
      expect((await call('GET', '/ledger/accounts')).status).toBe(403)
    }
    // A grace is no way to further keys.
    expect((await first.call('POST', path, { body: {} })).body.error.code).toBe('api_key_unexpected_state')
  })

  test('it rolls and revokes no other key', async () => {
    const [one, other] = [await restricted({ scopes: ['events:read'] }), await restricted({})]
    for (const answer of [
      await one.call('POST', `/auth/api_keys/${other.id}/roll`, { body: {} }),
      await one.call('DELETE', `/auth/api_keys/${other.id}`),
    ])
      expect([answer.status, answer.body.error.code]).toEqual([403, 'permission_denied'])
    expect((await other.call('GET', '/v1/events')).status).toBe(200)
  })
})

describe('a key that ends', () => {
  const stream = (key: string): { opened: Promise<void>; closed: Promise<number> } => {
    const socket = new WebSocket(`${platform.url.replace('http', 'ws')}/ws`, {
      headers: { authorization: `Bearer ${key}` },
    })
    const closed = new Promise<number>((resolve) => socket.on('close', resolve))
    const opened = new Promise<void>((resolve, reject) => socket.on('open', resolve).on('error', reject))
    return { opened, closed }
  }

  test('by its expiry answers api_key_expired from that second on, in spite of caches, and its stream closes', async () => {
    const { key, call } = await restricted({ expires_in: 8 })
    const { opened, closed } = stream(key)
    await opened
    const { expires } = (await call('GET', '/auth/me')).body['api_key'] as { expires: number }
    const workedLateMs: number[] = []
    await eventually(
      async () => {
        const lateMs = Date.now() - expires * 1000
        const { status, body } = await call('GET', '/v1/events')
        if (status === 200 && lateMs >= 1000) workedLateMs.push(lateMs)
        expect([status, body.error?.code]).toEqual([401, 'api_key_expired'])
      },
      { timeoutMs: 60_000 },
    )
    expect(workedLateMs).toEqual([])
    expect(await closed).toBe(4401)
  })

  test('by a roll at once stops at once, its stream too, and the new one works', async () => {
    const { id, key, call } = await restricted({ scopes: ['events:read'] })
    const { opened, closed } = stream(key)
    await opened
    const rolled = await merchant.session('POST', `/auth/api_keys/${id}/roll`, { body: { expires_in: 0 } })
    expect(rolled.status).toBe(201)
    await eventually(async () => expect((await call('GET', '/v1/events')).body.error.code).toBe('api_key_expired'))
    expect(await closed).toBe(4401)
    expect((await caller(platform.url, String(rolled.body['key']))('GET', '/v1/events')).status).toBe(200)
  })

  test('by a roll with a grace works beside the new one until revoked', async () => {
    const { id, call } = await restricted({ scopes: ['events:read'] })
    expect((await call('GET', '/v1/events')).status).toBe(200)
    const rolled = await merchant.session('POST', `/auth/api_keys/${id}/roll`, { body: { expires_in: 3600 } })
    const fresh = caller(platform.url, String(rolled.body['key']))
    for (const each of [call, fresh]) expect((await each('GET', '/v1/events')).status).toBe(200)
    await merchant.session('DELETE', `/auth/api_keys/${id}`)
    await eventually(async () => expect((await call('GET', '/v1/events')).body.error.code).toBe('api_key_invalid'), {
      timeoutMs: 6000,
    })
    expect((await fresh('GET', '/v1/events')).status).toBe(200)
  })
})
