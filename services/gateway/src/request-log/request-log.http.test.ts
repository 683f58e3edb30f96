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
    error: null,
  })
})

describe('a filter', () => {
  for (const [query, want] of [
    ['method=POST', [2, 1]],
    ['path=/v1/charges', [1, 0]],
    ['path=/v1/*', [2, 1, 0]],
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

test('neither another merchant nor the other mode sees any of it', async () => {
  expect((await list('', world.auth.issue('acct_stranger'))).data).toEqual([])
  expect((await list('', world.auth.issue(merchant, 'live'))).data).toEqual([])
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
