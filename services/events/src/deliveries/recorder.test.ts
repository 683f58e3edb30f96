import { randomUUID } from 'node:crypto'
import type { Database } from '@micro/postgres'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { key, webhookWorld, type WebhookWorld } from '../webhooks.fixture.ts'
import { createRecorder } from './recorder.work.ts'
import type { Result } from './result.ts'

let world: WebhookWorld
let lease: string
let made = 0
beforeEach(async () => {
  world = await webhookWorld()
  lease = randomUUID()
  await world.endpoint({ url: 'http://127.0.0.1:1024/' })
})
afterEach(() => world[Symbol.asyncDispose]())

/** So many deliveries, leased. */
const leased = async (count: number) => {
  await world.store(Array.from({ length: count }, () => ({})))
  await world.database.db.sql`
    update events.deliveries set lease = ${lease}, leased_until = clock_timestamp() + interval '1 minute'`
  return (await world.call(key(), { url: '/events/deliveries?limit=100' })).body.data.map(({ id }) => id)
}

const resultOf = (id: string, endpoint: string, error: string | null = null): Result => ({
  row: { merchant: 'acct_a', mode: 'test', id, endpoint: { id: endpoint } },
  lease,
  now: world.clock.now(),
  outcome: {
    status: error === null ? 'delivered' : 'failed',
    attempts: 1,
    tries: 1,
    next_attempt_at: null,
    last_status: 200,
    last_error: error,
  },
  attempt: {
    merchant: 'acct_a',
    mode: 'test',
    id: `wat_${String(++made).padStart(24, '0')}`,
    delivery: id,
    endpoint,
    number: 1,
    manual: false,
    api_version: '2026-10-28.endive',
    pending: 1,
    url: 'http://127.0.0.1:1024/',
    request_headers: { 'Content-Type': 'application/json', 'X-Odd': '"a\\b",{}' },
    status: 200,
    error,
    response_headers: { 'x-a': '1' },
    response_body: 'line\n"quoted", \\ and {braces}',
    response_truncated: false,
    duration_ms: 5,
    started_at: world.clock.now(),
  },
})

/** A recorder, and how many database transactions it made. */
const counted = () => {
  let transactions = 0
  const { db } = world.database
  const transaction: Database['transaction'] = (work, options) => {
    transactions++
    return db.transaction(work, options)
  }
  return { record: createRecorder({ db: { ...db, transaction } }), transactions: () => transactions }
}

const endpointOf = async (): Promise<string> =>
  (await world.call(key(), { url: '/v1/webhook_endpoints' })).body.data[0]?.id ?? ''
const statusOf = async (id: string) => (await world.call(key(), { url: `/events/deliveries/${id}` })).body
const attemptsOf = async (id: string) =>
  (await world.call(key(), { url: `/events/deliveries/${id}/attempts` })).body.data

test('results that come together are one database transaction, and each is recorded as it was', async () => {
  const [ids, endpoint, { record, transactions }] = [await leased(40), await endpointOf(), counted()]
  await Promise.all(ids.map((id) => record(resultOf(id, endpoint))))
  expect(transactions()).toBe(1)
  for (const id of ids) {
    expect(await statusOf(id)).toMatchObject({ status: 'delivered', attempts: 1, last_status: 200 })
    expect(await attemptsOf(id)).toMatchObject([
      {
        request: { headers: { 'X-Odd': '"a\\b",{}' } },
        result: { response: { body: 'line\n"quoted", \\ and {braces}', headers: { 'x-a': '1' } } },
      },
    ])
  }
})

test('one that the database will not have is refused alone: those beside it are recorded', async () => {
  const [ids, endpoint, { record }] = [await leased(5), await endpointOf(), counted()]
  const results = ids.map((id) => resultOf(id, endpoint))
  const spoilt = results.map((each, at) =>
    at === 2 ? { ...each, attempt: { ...each.attempt, duration_ms: -1 } } : each,
  )
  const outcomes = await Promise.allSettled(spoilt.map(record))
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled', 'fulfilled'])
  const statuses = await Promise.all(ids.map(async (id) => (await statusOf(id)).status))
  expect(statuses).toEqual(['delivered', 'delivered', 'pending', 'delivered', 'delivered'])
})

test('under a lease that another has by now, a failure changes nothing, and what got through counts', async () => {
  const [[failed = '', arrived = ''], endpoint, { record }] = [await leased(2), await endpointOf(), counted()]
  const lost = { lease: randomUUID() }
  await Promise.all([
    record({ ...resultOf(failed, endpoint, 'it answered 500'), ...lost }),
    record({ ...resultOf(arrived, endpoint), ...lost }),
  ])
  expect((await statusOf(failed)).status).toBe('pending')
  expect((await statusOf(arrived)).status).toBe('delivered')
  expect((await attemptsOf(failed)).length).toBe(1)
})

test('two results of one delivery that come together are both recorded, and that it got through stays', async () => {
  const [[id = ''], endpoint, { record, transactions }] = [await leased(1), await endpointOf(), counted()]
  const first = resultOf(id, endpoint)
  const second = { ...resultOf(id, endpoint, 'it answered 500'), lease: randomUUID() }
  await Promise.all([record(first), record(second)])
  expect(transactions()).toBe(2)
  expect(await statusOf(id)).toMatchObject({ status: 'delivered', attempts: 1 })
  expect((await attemptsOf(id)).length).toBe(2)
})

test('an endpoint that fails is told, with how often, and one that got through after it is as good as new', async () => {
  const [[a = '', b = '', c = ''], endpoint, { record }] = [await leased(3), await endpointOf(), counted()]
  const failing = await Promise.all([
    record(resultOf(a, endpoint, 'it answered 500')),
    record(resultOf(b, endpoint, 'it answered 500')),
  ])
  expect(failing.map((each) => each?.failures)).toEqual([2, 2])
  expect(await record(resultOf(c, endpoint))).toMatchObject({ failing_since: null, failures: 0 })
})
