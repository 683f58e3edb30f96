import { newApiKey } from '@micro/signing'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { httpServer } from '../gateway.fixture.ts'
import { inProcess } from '../in-process.fixture.ts'

let server: Awaited<ReturnType<typeof httpServer>>
beforeEach(async () => {
  server = await httpServer(({ path }) =>
    path.startsWith('/v1/missing')
      ? {
          status: 404,
          body: { error: { type: 'invalid_request_error', code: 'resource_missing', message: 'No such thing' } },
          headers: { 'request-id': 'req_1' },
        }
      : { status: 200, body: { id: 'x_1', ok: true }, headers: { 'request-id': 'req_2' } },
  )
})
afterEach(() => server.close())

const micro = (...args: string[]) => inProcess([...args, '--gateway-url', server.url])
const last = () => server.seen.at(-1)

test('get asks with its parameters in the query, and prints the answer as JSON', async () => {
  const { code, stdout } = await micro('get', 'charges', '-d', 'created[gte]=5', '-l', '3', '-e', 'data.customer')
  expect([code, stdout]).toEqual([0, '{\n  "id": "x_1",\n  "ok": true\n}\n'])
  expect(last()).toMatchObject({
    method: 'GET',
    path: '/v1/charges?created[gte]=5&expand[]=data.customer&limit=3',
    headers: { authorization: 'Bearer sk_test_x' },
  })
})

test('post sends a form, in the order that was typed, with its key', async () => {
  await micro('post', 'pi_1', '-d', 'b=2', '-d', 'a[c]=1', '-i', 'order-7', '--stripe-version', '2026-10-28.endive')
  expect(last()).toMatchObject({
    method: 'POST',
    path: '/v1/payment_intents/pi_1',
    body: 'b=2&a[c]=1',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'idempotency-key': 'order-7',
      'stripe-version': '2026-10-28.endive',
    },
  })
})

test('post to the original surface sends JSON, as the contract has its types', async () => {
  await micro('post', '/ledger/accounts', '-d', 'id=bank', '-d', 'type=asset')
  expect([last()?.headers['content-type'], JSON.parse(last()?.body ?? '')]).toEqual([
    'application/json',
    { id: 'bank', type: 'asset' },
  ])
})

test('post sends a body from standard input as it is', async () => {
  const body = '{"big": 12345678901234567890}'
  await inProcess(['post', '/v1/x', '--body', '-', '--gateway-url', server.url], { input: body })
  expect(last()).toMatchObject({ body, headers: { 'content-type': 'application/json' } })
})

test('post --dry-run sends nothing and shows no key', async () => {
  const { stdout } = await micro('post', 'refunds', '-d', 'charge=ch_1', '--dry-run')
  expect(JSON.parse(stdout)).toEqual({
    method: 'POST',
    path: '/v1/refunds',
    content_type: 'application/x-www-form-urlencoded',
    body: 'charge=ch_1',
  })
  expect(server.seen).toEqual([])
})

test('delete deletes', async () => {
  expect((await micro('delete', 'cus_1')).code).toBe(0)
  expect(last()).toMatchObject({ method: 'DELETE', path: '/v1/customers/cus_1' })
})

test('a refusal is printed as JSON, said on standard error, and is no success', async () => {
  const { code, stdout, stderr } = await micro('get', '/v1/missing')
  expect([code, stderr]).toEqual([4, 'Error: No such thing (request req_1)\n'])
  expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'resource_missing' } })
})

test('headers are told aside, and none that is a secret', async () => {
  const { stderr } = await micro('get', 'charges', '-s')
  expect(stderr).toContain('HTTP 200\n')
  expect(stderr).toContain('request-id: req_2\n')
  expect(stderr).not.toContain('sk_test_x')
})

describe('a live key changes nothing by accident', () => {
  const live = newApiKey('live')
  const as = (...args: string[]) => micro(...args, '--api-key', live)

  test('without --live a write is refused', async () => {
    const { code, stderr } = await as('post', 'refunds', '-d', 'charge=ch_1')
    expect([code, stderr, server.seen]).toEqual([
      2,
      'Error: The API key in use is a live one. Add --live to work in live mode.\n',
      [],
    ])
  })
  test('with --live, but without somebody to say yes, too', async () => {
    const { code, stderr } = await as('delete', 'cus_1', '--live')
    expect([code, stderr, server.seen]).toEqual([2, expect.stringContaining('add --yes to go on'), []])
  })
  test('with both it is done, and reading needs neither', async () => {
    expect((await as('post', 'refunds', '-d', 'charge=ch_1', '--live', '--yes')).code).toBe(0)
    expect((await as('get', 'refunds')).code).toBe(0)
    expect(server.seen.map(({ headers }) => headers.authorization)).toEqual([`Bearer ${live}`, `Bearer ${live}`])
  })
  test('with --live a test key is not used instead', async () => {
    const { code, stderr } = await micro('payments', 'create', '--amount', '5', '--currency', 'usd', '--live', '-y')
    expect([code, stderr, server.seen]).toEqual([3, expect.stringContaining('There is no live API key to use'), []])
  })
})
