import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { LoggedRequest, MerchantPrincipal } from '@micro/contracts'
import { monotonicMs } from '@micro/kernel'
import { eventually, fakeClock } from '@micro/testing'
import { expect, test } from 'vitest'
import { fakeRuntime } from '../gateway.fixture.ts'
import { memoryRecent } from './memory-recent.ts'
import { createRequestLog, type RequestLog } from './tail.ts'

/** A gateway's log, which remembers nothing unless told so. */
const openLog = (runtime: ReturnType<typeof fakeRuntime>, recent = memoryRecent({ max: 0 })) =>
  createRequestLog({ ...runtime, recent })

const mine: MerchantPrincipal = { kind: 'api_key', merchant: 'acct_a', mode: 'test', keyId: 'key_1', scopes: ['*'] }

/** Answers one request over a real connection, as a gateway does. */
const answer = async (
  log: RequestLog,
  as: MerchantPrincipal,
  reply: (response: ServerResponse) => void,
  { path = '/v1/things?secret=1', pattern = '/v1/things', isStream = false, headers = {} } = {},
) => {
  const server = createServer((request, response) => {
    const exchange = { requestId: 'req_1', clientIp: '127.0.0.1', startedMs: monotonicMs(), pattern }
    log.note(exchange, { principal: as, isStream }, request, response)
    reply(response)
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`
  const body = await (await fetch(url, { headers: { connection: 'close', ...headers } })).text()
  await new Promise((resolve) => server.close(resolve))
  return body
}

const error = { error: { type: 'card_error', code: 'card_declined', message: 'Card 4242424242424242', x: { deep: 1 } } }
const refuse = (response: ServerResponse): void => {
  const text = JSON.stringify(error)
  response.writeHead(402).write(text.slice(0, 20))
  response.end(text.slice(20))
}

test('who looks on at one gateway sees what another answers: path without query, what the error says, no card number', async () => {
  const runtime = fakeRuntime()
  const [here, there] = [openLog(runtime), openLog(runtime)]
  const seen: LoggedRequest[] = []
  const stop = here.watch(mine, (request) => void seen.push(request))
  await eventually(async () => {
    expect(await answer(there, mine, refuse)).toBe(JSON.stringify(error))
    expect(seen.length).toBeGreaterThan(0)
  })
  expect(seen[0]).toMatchObject({ request_id: 'req_1', method: 'GET', path: '/v1/things', status: 402, source: 'API' })
  expect(seen[0]?.error).toMatchObject({ type: 'card_error', code: 'card_declined', message: 'Card [redacted]' })
  expect(seen[0]?.error).not.toHaveProperty('x')
  stop()
  here.close()
  there.close()
})

test('neither another merchant, nor the other mode, nor who has left sees anything', async () => {
  const runtime = fakeRuntime()
  const log = openLog(runtime)
  const seen = { mine: 0, stranger: 0, live: 0 }
  const stop = log.watch(mine, () => void seen.mine++)
  log.watch({ ...mine, merchant: 'acct_b' }, () => void seen.stranger++)
  log.watch({ ...mine, mode: 'live' }, () => void seen.live++)
  await answer(log, mine, (response) => response.end('{}'))
  await eventually(() => expect(seen).toEqual({ mine: 1, stranger: 0, live: 0 }))
  stop()
  await answer(log, mine, (response) => response.end('{}'))
  expect(seen).toEqual({ mine: 1, stranger: 0, live: 0 })
  log.close()
})

test('where none are remembered and nobody looks on, nothing is told', async () => {
  const runtime = fakeRuntime()
  const told: unknown[] = []
  runtime.bus.subscribe('request_log.recorded', (message) => void told.push(message))
  const log = openLog(runtime)
  await answer(log, mine, refuse)
  expect(told).toEqual([])
  log.close()
})

test('what is looked back at holds the same, seen by nobody at the time, and not the looking back itself', async () => {
  const recent = memoryRecent({ max: 10 })
  const log = openLog(fakeRuntime(), recent)
  await answer(log, mine, refuse)
  await answer(log, mine, (response) => response.end('{}'), { pattern: '/request_logs' })
  await answer(log, mine, (response) => response.end('{}'), { pattern: '/request_logs/:id' })
  await answer(log, mine, (response) => response.end('{}'), { pattern: '/request_logs/summary' })
  await eventually(async () => expect(await recent.read(mine)).toHaveLength(1))
  expect((await recent.read(mine))[0]).toMatchObject({
    path: '/v1/things',
    status: 402,
    key_id: 'key_1',
    error: { code: 'card_declined', message: 'Card [redacted]' },
  })
  log.close()
})

test('a secret in a path is masked before it is kept', async () => {
  const recent = memoryRecent({ max: 10 })
  const log = openLog(fakeRuntime(), recent)
  const path = '/v1/tokens/sk_test_51Habcdefghijklmnop'
  await answer(log, mine, (response) => response.end('{}'), { path })
  await eventually(async () =>
    expect(await recent.read(mine)).toMatchObject([{ path: '/v1/tokens/sk_test_51Ha[redacted]' }]),
  )
  log.close()
})

test('the route, how long it took and the idempotency key are kept; of a stream it is not told how long it was read', async () => {
  const recent = memoryRecent({ max: 10 })
  const log = openLog(fakeRuntime(), recent)
  const headers = { 'idempotency-key': 'order-7-sk_test_51Habcdefghijklmnop' }
  await answer(log, mine, (response) => response.end('{}'), { headers, pattern: '/v1/things/:id' })
  await answer(log, mine, (response) => response.end('{}'), { isStream: true })
  await eventually(async () => expect(await recent.read(mine)).toHaveLength(2))
  const [first, stream] = await recent.read(mine)
  expect(first).toMatchObject({ route: '/v1/things/:id', idempotency_key: 'order-7-sk_test_51Ha[redacted]' })
  expect(first?.duration_ms).toBeGreaterThanOrEqual(0)
  expect(stream).toMatchObject({ duration_ms: null, idempotency_key: null })
  log.close()
})

test('of what the limit refused one in six seconds is kept, so that the rest stays; who looks on sees all', async () => {
  const recent = memoryRecent({ max: 10 })
  const clock = fakeClock()
  const log = createRequestLog({ ...fakeRuntime(), clock, recent })
  let seen = 0
  log.watch(mine, () => void seen++)
  const other = { ...mine, mode: 'live' as const }
  const refuseAll = (response: ServerResponse): void => void response.writeHead(429).end('{}')
  for (let n = 0; n < 5; n++) await answer(log, mine, refuseAll)
  await answer(log, other, refuseAll)
  await answer(log, mine, (response) => response.end('{}'))
  const statuses = async (who: MerchantPrincipal) => (await recent.read(who)).map(({ status }) => status)
  await eventually(async () => expect(await statuses(mine)).toEqual([429, 200]))
  expect(await statuses(other)).toEqual([429])
  clock.advance(6_000)
  await answer(log, mine, refuseAll)
  await eventually(async () => expect(await statuses(mine)).toEqual([429, 200, 429]))
  expect(seen).toBe(7)
  log.close()
})
