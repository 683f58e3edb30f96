import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { ledgerApi } from '@micro/contracts'
import { errorBody, Fault } from '@micro/kernel'
import { afterEach, expect, test } from 'vitest'
import { createClient } from './client.ts'
import { checkReady, internalTransport } from './internal.ts'

let server: Server | undefined
afterEach(() => server?.closeAllConnections())
afterEach(() => void server?.close())

const listen = async (handler: RequestListener): Promise<string> => {
  server = createServer(handler).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
const ledger = (url: string, timeoutMs = 5_000) =>
  createClient(
    ledgerApi,
    internalTransport({
      url,
      audience: 'ledger',
      sign: (audience) => Promise.resolve(`token-for-${audience}`),
      timeoutMs,
    }),
  )
const faultOf = (work: Promise<unknown>): Promise<Fault> =>
  work.then(
    () => Promise.reject(new Error('it succeeded')),
    (error: unknown) => error as Fault,
  )

test('a call carries its token, request id, path, query and body', async () => {
  const got: IncomingMessage[] = []
  const url = await listen((request, response) => {
    got.push(request)
    response.end('{"id":"ltx_1"}')
  })
  expect(await ledger(url).retrieveLedgerTransaction({ params: { id: 'a/b' }, requestId: 'req_1' })).toEqual({
    id: 'ltx_1',
  })
  expect(got[0]).toMatchObject({
    method: 'GET',
    url: '/ledger/transactions/a%2Fb',
    headers: { authorization: 'Bearer token-for-ledger', 'micro-request-id': 'req_1' },
  })
})

test("a service's fault arrives as that fault", async () => {
  const body = errorBody(new Fault('resource_missing', { resource: 'transaction', id: 'x', param: 'id' }))
  const url = await listen((_request, response) => void response.writeHead(404).end(JSON.stringify(body)))
  const fault = await faultOf(ledger(url).retrieveLedgerTransaction({ params: { id: 'x' } }))
  expect([fault.name, fault.code, fault.detail['param']]).toEqual(['Fault', 'resource_missing', 'id'])
})

test.each([
  ['no envelope', 502, '<html>'],
  ['a code nobody knows', 400, '{"error":{"code":"constructor","message":"x"}}'],
  ['that our token is not accepted', 401, '{"error":{"code":"internal_token_invalid","message":"x"}}'],
  ['null', 500, 'null'],
  ['a success that is no JSON', 200, '<html>'],
])('an answer with %s means that the service is not to be had', async (_name, status, text) => {
  const url = await listen((_request, response) => void response.writeHead(status).end(text))
  const fault = await faultOf(ledger(url).retrieveLedgerTransaction({ params: { id: 'x' } }))
  expect([fault.code, fault.detail['service']]).toEqual(['upstream_unavailable', 'ledger'])
})

test('a token that is not accepted leads whoever reads the log to the keys and the clocks', async () => {
  const body = '{"error":{"code":"internal_token_invalid","message":"x"}}'
  const url = await listen((_request, response) => void response.writeHead(401).end(body))
  const { cause } = await faultOf(ledger(url).retrieveLedgerTransaction({ params: { id: 'x' } }))
  expect(String(cause)).toMatch(/token keys and the clocks/)
})

test('a service that does not answer in time is told from one that is away', async () => {
  const url = await listen(() => {})
  const call = () => faultOf(ledger(url, 50).retrieveLedgerTransaction({ params: { id: 'x' } }))
  expect((await call()).code).toBe('upstream_timeout')
  server?.closeAllConnections()
  server?.close()
  expect((await call()).code).toBe('upstream_unavailable')
  expect((await faultOf(checkReady({ url, audience: 'ledger' }))).code).toBe('upstream_unavailable')
})

test('a service is ready when it says so', async () => {
  let status = 200
  const url = await listen((_request, response) => void response.writeHead(status).end('{}'))
  await checkReady({ url, audience: 'ledger' })
  status = 503
  expect((await faultOf(checkReady({ url, audience: 'ledger' }))).code).toBe('upstream_unavailable')
})
