import { createServer } from 'node:net'
import type { Api } from '@micro/contracts'
import { route } from '@micro/contracts'
import { createTokenSigner, createTokenVerifier, newTokenKey, publicTokenKey } from '@micro/signing'
import { testRuntime } from '@micro/testing'
import Type from 'typebox'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ListenError } from './listen.ts'
import { createReadiness } from './readiness.ts'
import { serve, type Served } from './serve.ts'
import { createService, type Service } from './service.ts'
import type { Call } from './call.ts'

const api = {
  readThing: route({
    method: 'GET',
    path: '/things/:id',
    service: 'ledger',
    access: ['secret_key'],
    scope: 'ledger:read',
    status: 200,
    summary: 'A thing.',
    params: Type.Object({ id: Type.String() }),
    response: Type.Object({ id: Type.String() }),
  }),
  makeThing: route({
    method: 'POST',
    path: '/internal/things',
    service: 'ledger',
    access: ['internal'],
    status: 201,
    summary: 'A new thing.',
    response: Type.Object({ id: Type.String() }),
  }),
} as const satisfies Api

const keys = { gateway: newTokenKey('gateway'), payments: newTokenKey('payments') }
const apiKey = { kind: 'api_key', merchant: 'acct_1', mode: 'test', keyId: 'key_1', scopes: ['*'] } as const
const calls: Pick<Call<never>, 'principal' | 'requestId' | 'clientIp' | 'inClear'>[] = []
let work: Promise<void>
let ready: () => Promise<void>
let served: Served
let service: Service
let url: string
let signers: Record<keyof typeof keys, ReturnType<typeof createTokenSigner>>
let options: Parameters<typeof serve>[0]

beforeEach(async () => {
  calls.length = 0
  work = Promise.resolve()
  ready = () => Promise.resolve()
  const runtime = testRuntime()
  const { bus, clock, log, newId, metrics, traces } = runtime
  const note = async ({
    principal,
    requestId,
    clientIp,
    inClear,
  }: Pick<Call<never>, 'principal' | 'requestId' | 'clientIp' | 'inClear'>) => {
    calls.push({ principal, requestId, clientIp, inClear })
    await work
    return { id: 'thing_1' }
  }
  service = createService(
    { name: 'ledger', api, handlers: { readThing: note as never, makeThing: note as never }, ready: () => ready() },
    runtime,
  )
  const publicKeys = Object.fromEntries(Object.entries(keys).map(([name, key]) => [name, [publicTokenKey(key)]]))
  const signer = (name: keyof typeof keys) => createTokenSigner({ service: name, privateKey: keys[name], clock })
  signers = { gateway: signer('gateway'), payments: signer('payments') }
  options = {
    service,
    host: '127.0.0.1',
    port: 0,
    drainMs: 5_000,
    verifier: createTokenVerifier({ audience: 'ledger', publicKeys, clock }),
    ready: createReadiness({ check: () => ready(), bus, log }),
    log,
    newId,
    metrics,
    traces,
  }
  served = await serve(options)
  url = `http://127.0.0.1:${served.port}`
})
afterEach(() => served.stop())

const call = async (
  path: string,
  token?: string,
  { method = 'GET', headers = {} }: { method?: string; headers?: Record<string, string> } = {},
) => {
  const response = await fetch(url + path, {
    method,
    headers: { ...headers, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
  })
  const text = await response.text()
  return {
    status: response.status,
    headers: response.headers,
    body: JSON.parse(text) as { error?: { code: string }; status?: string },
  }
}

const forwarded = { 'micro-request-id': 'req_from_gateway', 'micro-client-ip': '192.0.2.7', 'micro-in-clear': 'true' }

test('what the gateway says about a caller is believed', async () => {
  const answer = await call('/things/1', await signers.gateway.sign('ledger', apiKey), { headers: forwarded })
  expect([answer.status, answer.headers.get('request-id')]).toEqual([200, 'req_from_gateway'])
  expect(calls).toEqual([{ principal: apiKey, requestId: 'req_from_gateway', clientIp: '192.0.2.7', inClear: true }])
})

test('another service is believed for itself, and names no address or way of a caller', async () => {
  const principal = { kind: 'service', service: 'payments' } as const
  const answer = await call('/internal/things', await signers.payments.sign('ledger', principal), {
    method: 'POST',
    headers: forwarded,
  })
  expect(answer.status).toBe(201)
  expect(calls).toEqual([{ principal, requestId: 'req_from_gateway', clientIp: '', inClear: false }])
})

test('a header that is not of the form is not believed from anybody', async () => {
  const headers = { 'micro-request-id': 'x y', 'micro-client-ip': 'localhost' }
  await call('/things/1', await signers.gateway.sign('ledger', apiKey), { headers })
  expect(calls).toEqual([
    { principal: apiKey, requestId: expect.stringMatching(/^req_\w{24}$/) as string, clientIp: '', inClear: false },
  ])
})

for (const [name, token] of [
  ['no token', () => undefined],
  ['a made-up token', () => 'e30.e30.e30'],
  ['a token for another service', () => signers.gateway.sign('payments', apiKey)],
] as const)
  test(`${name} is answered 401 in the envelope, whatever the headers claim`, async () => {
    const answer = await call('/things/1', await token(), { headers: { ...forwarded, 'x-merchant': 'acct_1' } })
    expect([answer.status, answer.body.error?.code]).toEqual([401, 'internal_token_invalid'])
    expect(calls).toEqual([])
  })

test('a service judges scopes itself, whatever the gateway let through', async () => {
  for (const [held, status] of [
    [['ledger:read'], 200],
    [['ledger:write'], 200],
    [['payments:write', 'events:read'], 403],
    [[], 403],
  ] as const) {
    const answer = await call('/things/1', await signers.gateway.sign('ledger', { ...apiKey, scopes: held }))
    expect([held, answer.status]).toEqual([held, status])
    if (status === 403) expect(answer.body.error?.code).toBe('more_permissions_required')
  }
  const { scopes: _, ...unlimited } = apiKey
  const omitted = await call('/things/1', await signers.gateway.sign('ledger', unlimited))
  expect([omitted.status, omitted.body.error?.code]).toEqual([401, 'internal_token_invalid'])
  await expect(service.execute('readThing', unlimited, { params: { id: '1' } })).rejects.toMatchObject({
    code: 'more_permissions_required',
  })
  expect(calls).toHaveLength(2)
})

test("a merchant's token does not open what is between services", async () => {
  const answer = await call('/internal/things', await signers.gateway.sign('ledger', apiKey), { method: 'POST' })
  expect([answer.status, answer.body.error?.code]).toEqual([403, 'permission_denied'])
})

test("a URL that the router cannot read is the caller's mistake, not a failure of ours", async () => {
  const token = await signers.gateway.sign('ledger', apiKey)
  const answer = await call('/things/1?a[b][c][d][e][f][g][h]=1', token, { headers: forwarded })
  expect([answer.status, answer.body.error?.code, answer.headers.get('request-id')]).toEqual([
    400,
    'url_invalid',
    'req_from_gateway',
  ])
})

test('anyone may ask whether it lives and whether it is ready', async () => {
  expect((await call('/livez')).body).toEqual({ status: 'ok', service: 'ledger' })
  expect((await call('/readyz')).status).toBe(200)
  ready = () => Promise.reject(new Error('no database'))
  const answer = await call('/readyz')
  expect([answer.status, answer.headers.get('retry-after'), answer.body.error?.code]).toEqual([
    503,
    '1',
    'upstream_unavailable',
  ])
  expect((await call('/livez')).status).toBe(200)
})

test('an end lets the request under way finish and takes no other', async () => {
  const gate = Promise.withResolvers<void>()
  work = gate.promise
  const underWay = call('/things/1', await signers.gateway.sign('ledger', apiKey))
  await expect.poll(() => calls.length).toBe(1)
  const stopped = served.stop()
  await expect(fetch(`${url}/livez`)).rejects.toThrow()
  gate.resolve()
  expect((await underWay).status).toBe(200)
  await stopped
})

test('an end waits for a request under way no longer than it may', async () => {
  await served.stop()
  const runtime = testRuntime()
  const hanging = createService(
    {
      name: 'ledger',
      api,
      handlers: { readThing: () => work.then(() => ({ id: '' })), makeThing: () => work.then(() => ({ id: '' })) },
      ready: () => ready(),
    },
    runtime,
  )
  work = new Promise(() => {})
  served = await serve({ ...options, service: hanging, drainMs: 50 })
  url = `http://127.0.0.1:${served.port}`
  const underWay = call('/things/1', await signers.gateway.sign('ledger', apiKey)).catch((error: unknown) => error)
  await expect.poll(async () => (await call('/livez')).status).toBe(200)
  await served.stop()
  expect(await underWay).toBeInstanceOf(Error)
})

test('a taken port is told in a sentence', async () => {
  const other = createServer()
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  const { port } = other.address() as { port: number }
  const again = createService(
    {
      name: 'ledger',
      api,
      handlers: { readThing: () => Promise.reject(new Error()), makeThing: () => Promise.reject(new Error()) },
      ready,
    },
    testRuntime(),
  )
  const failed = serve({ ...options, service: again, port })
  await expect(failed).rejects.toBeInstanceOf(ListenError)
  await expect(failed).rejects.toThrow(`Port ${port} on 127.0.0.1 is taken by another program.`)
  other.close()
})
