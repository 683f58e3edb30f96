import { join } from 'node:path'
import type { RequestLog } from '@micro/contracts'
import { eventually, startFaultProxy } from '@micro/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newMerchant, type Merchant } from './api.ts'
import { microProgram, start, temporaryDirectory, type Running } from './harness.ts'
import { openPlatform, type Platform } from './platform.ts'

let platform: Platform
let merchant: Merchant
let stranger: Merchant
let config: string
beforeAll(async () => {
  platform = await openPlatform()
  merchant = await newMerchant(platform.url)
  stranger = await newMerchant(platform.url)
  config = join(await temporaryDirectory(), 'micro.yaml')
}, 180_000)
afterAll(() => platform?.stop())

const logs = (args: readonly string[], key = merchant.key, url = platform.url): Running =>
  start(microProgram, ['logs', ...args, '--config', config], {
    env: { MICRO_GATEWAY_URL: url, MICRO_API_KEY: key },
  })
const listed = async (...args: string[]): Promise<RequestLog[]> => {
  const { code, stdout, stderr } = await logs(['list', ...args, '--json']).ended
  expect(code, stderr).toBe(0)
  return JSON.parse(stdout) as RequestLog[]
}
const pathsOf = (requests: readonly RequestLog[]): string[] => requests.map(({ method, path }) => `${method} ${path}`)

describe('logs list', () => {
  test('shows what was asked and answered, newest first, by filter, without query, body or secret', async () => {
    await merchant.test('GET', '/v1/customers?limit=3&email=secretish%40example.com')
    await merchant.test('POST', '/v1/payment_intents', {
      body: { amount: 5000, currency: 'usd', payment_method: 'pm_card_chargeDeclined', confirm: true },
    })
    await merchant.session('GET', '/auth/me')
    await eventually(async () =>
      expect(pathsOf(await listed('--limit', '3'))).toEqual([
        'GET /auth/me',
        'POST /v1/payment_intents',
        'GET /v1/customers',
      ]),
    )
    const [declined] = await listed('--status', 'failed', '--method', 'POST')
    expect(declined).toMatchObject({
      object: 'request_log',
      status: 402,
      path: '/v1/payment_intents',
      source: 'api',
      key_id: merchant.keyId,
      livemode: false,
      error: { code: 'card_declined', type: 'card_error' },
    })
    expect(pathsOf(await listed('--source', 'dashboard', '--limit', '1'))).toEqual(['GET /auth/me'])
    expect(await listed('--path', '/v1/payment_intents*', '--status', '2xx')).toEqual([])
    const { stdout } = await logs(['list', '--status', '4xx']).ended
    expect(stdout).toMatch(/^STATUS +METHOD +PATH +ERROR +REQUEST /)
    expect(stdout).toMatch(/^ +402 +POST +\/v1\/payment_intents +\w+ +req_\w+ /m)
    const shown = await logs(['show', declined?.id ?? '', '--json']).ended
    expect(JSON.parse(shown.stdout)).toEqual(declined)
    expect(declined).toMatchObject({ route: '/v1/payment_intents', duration_ms: expect.any(Number) })
    expect(JSON.stringify(await listed())).not.toMatch(/secretish|sk_test_\w{12}/)
  })

  test('shows a stranger, and the other mode, nothing; tells who restricted their key which one it takes', async () => {
    expect((await logs(['list'], stranger.liveKey).ended).stderr).toBe('There are no such requests.\n')
    const { body } = await merchant.session('POST', '/auth/api_keys', {
      body: { environment: 'test', scopes: ['payments:write'] },
    })
    const { code, stderr } = await logs(['list'], String(body['key'])).ended
    expect([code, stderr]).toEqual([3, expect.stringContaining('an unrestricted secret key')])
  })

  test('a status that cannot be is refused before anything is asked', async () => {
    expect((await logs(['list', '--status', '9xx']).ended).code).toBe(2)
  })
})

const ready = (tail: Running) =>
  eventually(() => {
    if (!`${tail.stdout()}${tail.stderr()}`.includes('Ready!')) throw new Error(tail.stderr())
  })

describe('logs tail', () => {
  test('shows requests as they are answered, one JSON object to a line, those that pass the filter and no others', async () => {
    const tail = logs(['tail', '--json', '--path', '/v1/ch*', '--method', 'GET'])
    await ready(tail)
    // Other gateways are told by the bus that somebody looks on, which takes a moment.
    await eventually(async () => {
      await stranger.test('GET', '/v1/charges/ch_ofAStranger')
      await merchant.test('GET', '/v1/customers')
      await merchant.test('GET', '/v1/charges/ch_none')
      expect(tail.stdout()).toContain('ch_none')
    })
    const lines = tail.stdout().trim().split('\n')
    expect(new Set(lines.map((line) => (JSON.parse(line) as RequestLog).path))).toEqual(
      new Set(['/v1/charges/ch_none']),
    )
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      object: 'request_log',
      status: 404,
      key_id: merchant.keyId,
      error: { code: 'resource_missing' },
    })
    tail.child.kill('SIGINT')
    expect((await tail.ended).code).toBe(0)
  })

  test('shows people what was asked, and what an error said', async () => {
    const tail = logs(['tail'])
    await ready(tail)
    await eventually(async () => {
      await merchant.test('GET', '/v1/refunds/re_none')
      expect(tail.stdout()).toMatch(
        /\[404\] GET \/v1\/refunds\/re_none \[req_\w+\]\n +resource_missing: No such refund/,
      )
    })
    tail.child.kill('SIGTERM')
    expect((await tail.ended).code).toBe(0)
  })

  test('after a lost connection shows what was answered meanwhile, in order and once', async () => {
    await using proxy = await startFaultProxy({ to: [Number(new URL(platform.url).port)] })
    const tail = logs(['tail', '--json', '--path', '/v1/payouts/*'], merchant.key, `http://127.0.0.1:${proxy.port}`)
    const shown = (): string[] =>
      tail
        .stdout()
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => (JSON.parse(line) as RequestLog).path.replace('/v1/payouts/', ''))
    await ready(tail)
    let first = 0
    await eventually(async () => {
      await merchant.test('GET', `/v1/payouts/po_before${++first}`)
      expect(shown()).not.toEqual([])
    })
    await eventually(() => expect(shown().at(-1)).toBe(`po_before${first}`))
    const before = shown()
    await proxy.down()
    await eventually(() => expect(tail.stderr()).toContain('Connection lost'))
    const meanwhile = Array.from({ length: 5 }, (_, at) => `po_meanwhile${at}`)
    for (const id of meanwhile) await merchant.test('GET', `/v1/payouts/${id}`)
    await proxy.up()
    await eventually(() => expect(tail.stderr()).toContain('Reconnected; what was answered meanwhile follows.'))
    await merchant.test('GET', '/v1/payouts/po_after')
    await eventually(() => expect(shown()).toContain('po_after'))
    expect(shown()).toEqual([...before, ...meanwhile, 'po_after'])
    expect(tail.stderr()).not.toContain('Warning')
    tail.child.kill('SIGINT')
    expect((await tail.ended).code).toBe(0)
  })

  test('with a key that may not look ends with 3, and where nobody answers with 6', async () => {
    const { body } = await merchant.session('POST', '/auth/api_keys', {
      body: { environment: 'test', scopes: ['events:read'] },
    })
    expect((await logs(['tail'], String(body['key'])).ended).code).toBe(3)
    const away = start(microProgram, ['logs', 'tail', '--config', config, '--gateway-url', 'http://127.0.0.1:9'], {
      env: { MICRO_API_KEY: merchant.key },
    })
    expect((await away.ended).code).toBe(6)
  })
})
