import { apis, pathsOf, type Route } from '@micro/contracts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newMerchant, pay, type Caller, type Merchant } from './api.ts'
import { openPlatform, type Platform } from './platform.ts'

let platform: Platform
let owner: Merchant
let stranger: Merchant
/** An id of the owner's for every kind of object a route can name. */
const owned = new Map<string, string>()

beforeAll(async () => {
  platform = await openPlatform()
  owner = await newMerchant(platform.url)
  stranger = await newMerchant(platform.url)
  const paid = await pay(owner.test)
  owned.set('payment_intents', String(paid.body.id))
  await owner.test('POST', '/ledger/accounts', { body: { id: 'acc_one', name: 'One', type: 'asset' } })
  await owner.test('POST', '/ledger/accounts', { body: { id: 'acc_two', name: 'Two', type: 'revenue' } })
  owned.set('accounts', 'acc_one')
  const entries = [
    { account_id: 'acc_one', amount: 100, direction: 'debit' },
    { account_id: 'acc_two', amount: 100, direction: 'credit' },
  ]
  const transaction = await owner.test('POST', '/ledger/transactions', { body: { reference_id: 'ref_1', entries } })
  owned.set('transactions', String(transaction.body.id))
  owned.set('api_keys', owner.keyId)
  const events = await owner.test('GET', '/v1/events')
  owned.set('events', String(events.body.data[0]?.id))
})
afterAll(() => platform?.stop())

const routes = Object.values(apis)
  .flatMap((api) => Object.entries(api) as [string, Route][])
  .filter(([, route]) => !route.access.includes('internal'))
const withId = routes
  .filter(([, route]) => route.path.includes(':id'))
  .flatMap(([name, route]) => pathsOf(route).map((path) => ({ name, route, path })))

const resourceIn = (path: string): string => path.split('/')[2] ?? ''
const unknownId = (id: string): string => id.replace(/[^_]+$/, (tail) => `${'0'.repeat(tail.length - 1)}x`)
/** An answer with the id taken out: what is left must not tell whose it is. */
const anonymous = (answer: { status: number; body: unknown }, id: string) =>
  JSON.parse(JSON.stringify({ status: answer.status, body: answer.body }).replaceAll(id, 'ID')) as object

describe("another merchant's id answers exactly like an unknown id", () => {
  for (const { name, route, path } of withId) {
    test(`${route.method} ${path} (${name})`, async () => {
      const id = owned.get(resourceIn(path))
      expect(id, `no object of the owner's is known for ${path}`).toBeDefined()
      const call: Caller =
        route.access.includes('secret_key') && !route.access.includes('session') ? stranger.test : stranger.session
      const ask = (each: string) =>
        call(route.method, path.replace(':id', each), route.method === 'POST' ? { body: {} } : {})
      const foreign = await ask(id!)
      const unknown = await ask(unknownId(id!))
      expect(foreign.status).toBe(404)
      expect(anonymous(foreign, id!)).toEqual(anonymous(unknown, unknownId(id!)))
    })
  }
})

describe("the owner's own live key sees nothing of test mode", () => {
  for (const { route, path } of withId.filter(({ route: each }) => !each.access.includes('session'))) {
    test(`${route.method} ${path}`, async () => {
      const answer = await owner.live(
        route.method,
        path.replace(':id', owned.get(resourceIn(path))!),
        route.method === 'POST' ? { body: {} } : {},
      )
      expect(answer.status).toBe(404)
    })
  }
})

describe('lists hold nothing of another merchant or mode', () => {
  for (const [, route] of routes.filter(
    ([, each]) => each.method === 'GET' && !each.path.includes(':id') && 'query' in each,
  )) {
    for (const path of pathsOf(route)) {
      test(path, async () => {
        const ids = [...owned.values()]
        for (const call of route.access.includes('session')
          ? [stranger.session]
          : [stranger.test, stranger.live, owner.live]) {
          const { status, body } = await call('GET', `${path}?limit=100`)
          expect(status).toBe(200)
          for (const id of ids) expect(JSON.stringify(body)).not.toContain(`"${id}"`)
        }
      })
    }
  }
})

test('the same reference, account id and idempotency key of two merchants are two things', async () => {
  await stranger.test('POST', '/ledger/accounts', { body: { id: 'acc_one', name: 'Mine', type: 'asset' } })
  const mine = await stranger.test('GET', '/ledger/accounts/acc_one')
  expect(mine.body).toMatchObject({ name: 'Mine', balance: 0 })
  const create = (call: Caller) =>
    call('POST', '/payments/payment_intents', { key: 'shared-key', body: { amount: 777, currency: 'usd' } })
  const [a, b] = [await create(owner.test), await create(stranger.test)]
  expect(a.body.id).not.toBe(b.body.id)
  expect(b.headers.get('idempotent-replayed')).toBeNull()
})

test("a cursor that is another merchant's object is an unknown cursor", async () => {
  const answer = await stranger.test('GET', `/v1/payment_intents?starting_after=${owned.get('payment_intents')}`)
  expect(answer.body.error).toMatchObject({ code: 'resource_missing', param: 'starting_after' })
})

test('live mode without a processor fails by name and never reaches the simulator', async () => {
  const created = await owner.live('POST', '/payments/payment_intents', { body: { amount: 5000, currency: 'usd' } })
  expect(created.body['livemode']).toBe(true)
  const confirmed = await owner.live('POST', `/payments/payment_intents/${created.body.id}/confirm`, {
    body: { payment_method: 'pm_card_visa' },
  })
  expect(confirmed.body.error).toMatchObject({ code: 'processor_not_configured' })
  expect((await owner.live('GET', '/ledger/transactions')).body.data).toEqual([])
})

test('internal operations have no door at the gateway', async () => {
  const internal = Object.values(apis)
    .flatMap((api) => Object.values(api) as Route[])
    .filter(({ access }) => access.includes('internal'))
  expect(internal.length).toBeGreaterThan(3)
  for (const { method, path } of internal)
    expect((await owner.test(method, path, method === 'POST' ? { body: {} } : {})).status).toBe(404)
  for (const path of ['/auth/validate_key', '/authors', '/paymentsfoo', '/ledger', '/payments/']) {
    expect((await owner.test('GET', path)).status, path).toBe(404)
  }
})
