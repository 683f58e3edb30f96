import { createHmac, generateKeyPairSync, sign } from 'node:crypto'
import { eventually } from '@micro/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { caller, newMerchant, type Merchant } from './api.ts'
import { openPlatform, type Platform } from './platform.ts'

let platform: Platform
let merchant: Merchant
beforeAll(async () => {
  platform = await openPlatform()
  merchant = await newMerchant(platform.url)
})
afterAll(() => platform?.stop())

const encode = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')
const decode = (part: string | undefined) =>
  JSON.parse(Buffer.from(part ?? '', 'base64url').toString()) as Record<string, unknown>

/** Tokens an attacker could make from a real one, without the signing key. */
const forgeries: Record<string, (token: string) => string> = {
  'alg none': (token) => `${encode({ ...decode(token.split('.')[0]), alg: 'none' })}.${token.split('.')[1]}.`,
  'alg none, with the real signature left on': (token) =>
    `${encode({ ...decode(token.split('.')[0]), alg: 'none' })}.${token.split('.').slice(1).join('.')}`,
  'another subject under the old signature': (token) => {
    const [head, claims, signature] = token.split('.')
    return `${head}.${encode({ ...decode(claims), sub: 'usr_other', merchant: 'acct_other' })}.${signature}`
  },
  'HS256 with a guessed secret': (token) => {
    const signed = `${encode({ alg: 'HS256', typ: 'JWT' })}.${token.split('.')[1]}`
    return `${signed}.${createHmac('sha256', 'super-secret-key-change-me').update(signed).digest('base64url')}`
  },
  'signed by a key of the attacker, named in the header': (token) => {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519')
    const head = {
      ...decode(token.split('.')[0]),
      jwk: publicKey.export({ format: 'jwk' }),
      jku: 'http://127.0.0.1:1/keys',
    }
    const signed = `${encode(head)}.${token.split('.')[1]}`
    return `${signed}.${sign(null, Buffer.from(signed), privateKey).toString('base64url')}`
  },
  'a later expiry under the old signature': (token) => {
    const [head, claims, signature] = token.split('.')
    return `${head}.${encode({ ...decode(claims), exp: 9_999_999_999 })}.${signature}`
  },
  'cut short': (token) => token.slice(0, -3),
  'eight kilobytes of nothing': () => `eyJ${'a'.repeat(8000)}.e30.x`,
}

describe('a token that was not issued here is refused', () => {
  for (const [what, forge] of Object.entries(forgeries)) {
    test(what, async () => {
      const call = caller(platform.url, forge(merchant.token))
      const answers = [
        await call('GET', '/auth/me'),
        await call('POST', '/auth/api_keys', { body: { environment: 'live' } }),
      ]
      expect(answers.map(({ status }) => status)).toEqual([401, 401])
    })
  }
})

describe('a credential is only good for what it is', () => {
  test('an API key makes no API keys', async () => {
    expect((await merchant.test('POST', '/auth/api_keys', { body: { environment: 'live' } })).status).toBe(401)
  })
  test('a session takes no payments', async () => {
    expect(
      (await merchant.session('POST', '/payments/payment_intents', { body: { amount: 5000, currency: 'usd' } })).body
        .error,
    ).toMatchObject({ code: 'secret_key_required' })
  })
  test('a refresh token is no access token', async () => {
    const { body } = await caller(platform.url)('POST', '/auth/login', {
      body: { email: merchant.email, password: merchant.password },
    })
    expect((await caller(platform.url, String(body['refresh_token']))('GET', '/auth/me')).status).toBe(401)
  })
  test('a client cannot say who it is in headers', async () => {
    const headers = {
      'x-user-id': 'usr_1',
      'x-merchant': 'acct_1',
      'x-environment': 'live',
      'x-internal-principal': '{}',
    }
    expect(
      (
        await caller(platform.url)('POST', '/payments/payment_intents', {
          headers,
          body: { amount: 1, currency: 'usd' },
        })
      ).status,
    ).toBe(401)
  })
  test('no key, a key in the query and a made-up key are refused', async () => {
    expect((await caller(platform.url)('GET', '/v1/payment_intents')).status).toBe(401)
    expect(
      (await caller(platform.url)('GET', `/v1/payment_intents?api_key=${merchant.key}`)).status,
    ).toBeGreaterThanOrEqual(400)
    expect((await caller(platform.url, 'sk_test_nonsense')('GET', '/v1/payment_intents')).status).toBe(401)
  })
  test('a key works as the user name of Basic authentication too', async () => {
    const headers = { authorization: `Basic ${Buffer.from(`${merchant.key}:`).toString('base64')}` }
    expect((await caller(platform.url)('GET', '/v1/payment_intents', { headers })).status).toBe(200)
  })
})

test('a revoked key stops working', async () => {
  const created = await merchant.session('POST', '/auth/api_keys', { body: { environment: 'test' } })
  const call = caller(platform.url, String(created.body['key']))
  expect((await call('GET', '/v1/payment_intents')).status).toBe(200)
  await merchant.session('DELETE', `/auth/api_keys/${created.body.id}`)
  await eventually(async () => expect((await call('GET', '/v1/payment_intents')).status).toBe(401), {
    timeoutMs: 60_000,
  })
})

test('a session ended by logging out stops working, and so does its refresh token', async () => {
  const other = await newMerchant(platform.url)
  const { body } = await caller(platform.url)('POST', '/auth/login', {
    body: { email: other.email, password: other.password },
  })
  const session = caller(platform.url, String(body['token']))
  expect((await session('POST', '/auth/logout')).status).toBe(200)
  await eventually(async () => expect((await session('GET', '/auth/me')).status).toBe(401), { timeoutMs: 60_000 })
  expect(
    (await caller(platform.url)('POST', '/auth/refresh', { body: { refresh_token: body['refresh_token'] } })).status,
  ).toBe(401)
})
