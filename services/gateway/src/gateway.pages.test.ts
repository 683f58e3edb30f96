import { apis, type Route } from '@micro/contracts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startWorld, type Answer, type World } from './gateway.fixture.ts'

const shop = 'https://shop.example'
const configured = 'https://app.example.com'
const intent = '/v1/payment_intents/pi_1'
let world: World
let secret: string
let publishable: string
beforeAll(async () => {
  world = await startWorld({ config: { allowedOrigins: [configured] } })
  secret = world.auth.issue()
  publishable = world.auth.issuePublishable()
})
afterAll(() => world.stop())

const cors = ({ headers }: Answer) =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith('access-control')))
const ask = (method: string, path: string, origin: string, key?: string) =>
  world.call(method, path, { headers: { origin }, ...(key === undefined ? {} : { key }) })
const outcome = async (answer: Promise<Answer>) => {
  const { status, json, headers } = await answer
  return [status, (json as { error?: { code?: string } }).error?.code, headers['access-control-allow-origin']]
}

describe("a page of any merchant's shop", () => {
  test('retrieves and confirms with a publishable key, and may read the answer', async () => {
    expect(await outcome(ask('GET', intent, shop, publishable))).toEqual([300, undefined, '*'])
    expect(await outcome(ask('POST', `${intent}/confirm`, shop, publishable))).toEqual([300, undefined, '*'])
    expect(await outcome(ask('GET', intent, 'null', publishable))).toEqual([300, undefined, '*'])
    expect(world.seen.at(-1)?.call.principal).toEqual({
      kind: 'publishable_key',
      merchant: 'acct_a',
      mode: 'test',
      keyId: world.auth.keyId(publishable),
    })
  })

  test('may read what was wrong, too', async () => {
    expect(await outcome(ask('POST', `${intent}/confirm`, shop))).toEqual([401, 'api_key_missing', '*'])
    const unknown = world.auth.issuePublishable()
    world.auth.holders.delete(unknown)
    expect(await outcome(ask('POST', `${intent}/confirm`, shop, unknown))).toEqual([401, 'api_key_invalid', '*'])
  })

  test('is told by a preflight what it may send, never with credentials', async () => {
    const preflight = await ask('OPTIONS', `${intent}/confirm`, shop)
    expect([preflight.status, cors(preflight)]).toEqual([
      204,
      {
        'access-control-allow-origin': '*',
        'access-control-allow-methods': 'POST',
        'access-control-allow-headers': expect.stringContaining('Authorization, Content-Type, Idempotency-Key'),
        'access-control-expose-headers': expect.stringContaining('Request-Id'),
        'access-control-max-age': '600',
      },
    ])
  })

  test('gets no help with a secret key, which no page should carry', async () => {
    expect(await outcome(ask('POST', `${intent}/confirm`, shop, secret))).toEqual([
      403,
      'origin_not_allowed',
      undefined,
    ])
    expect(await outcome(ask('GET', intent, shop, secret))).toEqual([300, undefined, undefined])
    const basic = `Basic ${Buffer.from(`${secret}:`).toString('base64')}`
    const answer = world.call('POST', `${intent}/confirm`, { headers: { origin: shop, authorization: basic } })
    expect(await outcome(answer)).toEqual([403, 'origin_not_allowed', undefined])
  })

  test('reaches nothing by a name that was pointed here', async () => {
    const headers = { origin: shop, host: 'rebound.evil.example' }
    expect((await world.call('GET', intent, { key: publishable, headers })).status).toBe(421)
  })
})

test('a configured origin is answered by its name, on every route', async () => {
  const { headers } = await ask('GET', intent, configured, secret)
  expect([headers['access-control-allow-origin'], headers['vary']]).toEqual([configured, 'Origin'])
})

describe('every route that is not for pages', () => {
  const routes = Object.values(apis)
    .flatMap((api) => Object.entries(api) as [string, Route][])
    .filter(([, { access }]) => !access.includes('publishable_key') && !access.includes('internal'))
  for (const [name, { method, path, access }] of routes) {
    const url = path.replaceAll(/:\w+/g, 'x')
    test(`${method} ${path} (${name})`, async () => {
      for (const asked of ['OPTIONS', method]) {
        const answer = await ask(asked, url, shop, publishable)
        const methods = answer.headers['access-control-allow-methods'] ?? ''
        expect(String(methods).split(', ')).not.toContain(method)
        if (asked === 'OPTIONS') continue
        expect(cors(answer)).toEqual({})
        if (method !== 'GET') expect([answer.status, answer.json.error.code]).toEqual([403, 'origin_not_allowed'])
      }
      // Without the page it is the key that does not do.
      if (access.includes('public')) return
      const { status, json } = await world.call(method, url, { key: publishable })
      expect([status, json.error.code]).toEqual(
        access.includes('secret_key') ? [403, 'secret_key_required'] : [401, 'session_missing'],
      )
    })
  }
})
