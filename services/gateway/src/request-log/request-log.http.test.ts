import type { RequestLog } from '@micro/contracts'
import { fakeClock } from '@micro/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startWorld, type World } from '../gateway.fixture.ts'
import { requestOf } from './conformance.ts'
import { memoryRecent } from './memory-recent.ts'

const clock = fakeClock()
const startSeconds = Math.floor(clock.now().getTime() / 1_000)
const recent = memoryRecent({ max: 100 })
const kept = [
  { method: 'GET', path: '/v1/charges', status: 200, key_id: 'key_a' },
  { method: 'POST', path: '/v1/charges', status: 402, key_id: 'key_a' },
  { method: 'POST', path: '/v1/refunds', status: 500, key_id: 'key_b' },
  { method: 'GET', path: '/auth/me', status: 200, key_id: null, source: 'DASHBOARD', ip: '10.0.0.9' },
] as const

let world: World
let key: string
let merchants = 0
let merchant: string
beforeAll(async () => {
  world = await startWorld({ clock, deps: { recent } })
})
afterAll(() => world.stop())
beforeEach(() => {
  merchant = `acct_${++merchants}`
  key = world.auth.issue(merchant)
  for (const [n, request] of kept.entries())
    recent.keep({ merchant, mode: 'test' }, requestOf(n, { ...request, created: startSeconds + n }))
})

const list = async (query = '', as = key) => {
  const { status, json } = await world.call('GET', `/request_logs${query}`, { key: as })
  return { status, json, data: (json['data'] ?? []) as RequestLog[] }
}
const numbers = (data: readonly RequestLog[]): number[] => data.map(({ id }) => Number(id.slice('req_'.length)))

test('requests are shown newest first, in the words of the API', async () => {
  const { status, json, data } = await list()
  expect([status, json['object'], json['url'], json['has_more']]).toEqual([200, 'list', '/request_logs', false])
  expect(numbers(data)).toEqual([3, 2, 1, 0])
  expect(data[0]).toEqual({
    id: 'req_000003',
    object: 'request_log',
    created: startSeconds + 3,
    livemode: false,
    method: 'GET',
    path: '/auth/me',
    status: 200,
    ip: '10.0.0.9',
    source: 'dashboard',
    key_id: null,
    route: '/v1/things/:id',
    duration_ms: 3,
    idempotency_key: null,
    error: null,
  })
})

describe('a filter', () => {
  for (const [query, want] of [
    ['method=POST', [2, 1]],
    ['path=/v1/charges', [1, 0]],
    ['path=/v1/*', [2, 1, 0]],
    ['route=/v1/things/:id', [3, 2, 1, 0]],
    ['route=/v1/things', []],
    ['status=402', [1]],
    ['status=5xx', [2]],
    ['status=failed', [2, 1]],
    ['status=succeeded', [3, 0]],
    ['source=dashboard', [3]],
    ['key_id=key_a', [1, 0]],
    ['ip=10.0.0.9', [3]],
    ['method=POST&status=failed&key_id=key_b', [2]],
    [`created[gte]=${startSeconds + 2}`, [3, 2]],
    ['limit=2', [3, 2]],
    ['limit=2&starting_after=req_000002', [1, 0]],
    ['limit=1&ending_before=req_000001', [2]],
    ['method=POST&starting_after=req_000003', [2, 1]],
  ] as const)
    test(query, async () => {
      const { status, data, json } = await list(`?${query}`)
      expect([status, numbers(data)], JSON.stringify(json)).toEqual([200, want])
    })
})

for (const [query, param] of [
  ['status=4', 'status'],
  ['method=PUT', 'method'],
  ['moon=full', 'moon'],
  ['starting_after=req_9', 'starting_after'],
])
  test(`${query} is refused`, async () => {
    const { status, json } = await list(`?${query}`)
    expect([status, json.error.param]).toEqual([400, param])
  })

test('one request is shown by its id', async () => {
  const { status, json } = await list('/req_000002')
  expect([status, json['id'], json['status']]).toEqual([200, 'req_000002', 500])
})

test('one that is not known, or no longer, is not found', async () => {
  const { status, json } = await list('/req_000009')
  expect([status, json.error]).toMatchObject([404, { code: 'resource_missing', param: 'id' }])
})

test('requests are counted, with their errors and how long they took, by route', async () => {
  for (let n = 4; n < 104; n++)
    recent.keep(
      { merchant, mode: 'test' },
      requestOf(n, {
        created: startSeconds + n,
        route: '/v1/busy',
        duration_ms: n - 3,
        status: n % 10 === 0 ? 404 : 200,
      }),
    )
  const { json } = await list('/summary')
  expect(json).toMatchObject({ object: 'request_log_summary', oldest: startSeconds + 4, requests: 100 })
  expect(json['routes']).toEqual([
    {
      method: 'GET',
      route: '/v1/busy',
      requests: 100,
      client_errors: 10,
      server_errors: 0,
      p50_ms: 50,
      p95_ms: 95,
    },
  ])
})

test('only what is asked for is counted', async () => {
  const { json } = await list(`/summary?status=failed&created[gte]=${startSeconds + 1}`)
  expect(json).toMatchObject({ oldest: startSeconds, requests: 2, client_errors: 1, server_errors: 1, p50_ms: 1 })
})

test('nothing to count is no error', async () => {
  const { json } = await list('/summary', world.auth.issue('acct_silent'))
  expect(json).toMatchObject({ oldest: null, requests: 0, p50_ms: null, p95_ms: null, routes: [] })
})

test('neither another merchant nor the other mode sees any of it', async () => {
  for (const stranger of [world.auth.issue('acct_stranger'), world.auth.issue(merchant, 'live')]) {
    expect((await list('', stranger)).data).toEqual([])
    expect((await list('/summary', stranger)).json['requests']).toBe(0)
    expect((await list('/req_000002', stranger)).status).toBe(404)
  }
})

test('no restricted key may look, whatever it may do besides; a session may', async () => {
  const { status, json } = await list('', world.auth.issue(merchant, 'test', ['payments:write', 'events:read']))
  expect([status, json.error.code]).toEqual([403, 'more_permissions_required'])
  expect((await list('', world.auth.logIn('usr_9', merchant))).data).toHaveLength(4)
})

test('after a day nothing is shown any more', async () => {
  clock.advance(24 * 60 * 60 * 1_000)
  expect(numbers((await list()).data)).toEqual([3, 2, 1])
  clock.advance(60_000)
  expect((await list()).data).toEqual([])
})
