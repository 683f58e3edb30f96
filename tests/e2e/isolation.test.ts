import { apis, pathsOf, type Route } from '@micro/contracts'
import { eventually } from '@micro/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newMerchant, pay, type Caller, type Merchant } from './api.ts'
import { openPlatform, type Platform } from './platform.ts'

let platform: Platform
let owner: Merchant
let stranger: Merchant
/** An id of the owner's for every kind of object a route can name, in test and in live mode. */
const owned = new Map<string, string>()
const ownedLive = new Map<string, string>()

/** Makes one of each in the mode of the key; ledger accounts are named by their caller. */
const make = async (ids: Map<string, string>, call: Caller, intent: string, account: string): Promise<void> => {
  ids.set('payment_intents', intent)
  await call('POST', '/ledger/accounts', { body: { id: account, name: 'One', type: 'asset' } })
  await call('POST', '/ledger/accounts', { body: { id: `${account}_2`, name: 'Two', type: 'revenue' } })
  ids.set('accounts', account)
  const entries = [
    { account_id: account, amount: 100, direction: 'debit' },
    { account_id: `${account}_2`, amount: 100, direction: 'credit' },
  ]
  const transaction = await call('POST', '/ledger/transactions', { body: { reference_id: 'ref_1', entries } })
  ids.set('transactions', String(transaction.body.id))
  const hold = await call('POST', '/ledger/holds', { body: { reference_id: 'ref_2', entries } })
  ids.set('holds', String(hold.body.id))
  const events = await eventually(async () => {
    const { data } = (await call('GET', '/v1/events')).body
    expect(data.length).toBeGreaterThan(0)
    return data
  })
  ids.set('events', String(events[0]?.id))
}

beforeAll(async () => {
  platform = await openPlatform()
  owner = await newMerchant(platform.url)
  stranger = await newMerchant(platform.url)
  await make(owned, owner.test, String((await pay(owner.test)).body.id), 'acc_one')
  owned.set('api_keys', owner.keyId)
  const [session, entry] = [await owner.session('GET', '/auth/sessions'), await owner.session('GET', '/auth/audit_log')]
  owned.set('sessions', String(session.body.data[0]?.id))
  owned.set('audit_log', String(entry.body.data[0]?.id))
  // No processor takes live payments, so a live intent is made and stays unpaid.
  const live = await owner.live('POST', '/v1/payment_intents', { body: { amount: 5000, currency: 'usd' } })
  await make(ownedLive, owner.live, live.body.id, 'acc_live')
})
afterAll(() => platform?.stop())

const routes = Object.values(apis)
  .flatMap((api) => Object.entries(api) as [string, Route][])
  // What operators may do is theirs alone: operator.test.ts.
  .filter(([, route]) => !route.access.includes('internal') && !route.access.includes('operator'))
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

for (const [mode, other, ids] of [
  ['live', 'test', owned],
  ['test', 'live', ownedLive],
] as const) {
  describe(`the owner's own ${mode} key sees nothing of ${other} mode`, () => {
    for (const { route, path } of withId.filter(({ route: each }) => !each.access.includes('session'))) {
      test(`${route.method} ${path}`, async () => {
        const ask = (call: Caller) =>
          call(
            route.method,
            path.replace(':id', ids.get(resourceIn(path))!),
            route.method === 'POST' ? { body: {} } : {},
          )
        expect((await ask(owner[mode])).status).toBe(404)
        // It is there for the key of its own mode, whatever that may do with it.
        expect((await ask(owner[other])).status).not.toBe(404)
      })
    }
  })
}

describe('lists hold nothing of another merchant or mode', () => {
  for (const [, route] of routes.filter(
    ([, each]) => each.method === 'GET' && !each.path.includes(':id') && 'query' in each,
  )) {
    for (const path of pathsOf(route)) {
      test(path, async () => {
        const [test, live] = [[...owned.values()], [...ownedLive.values()]]
        for (const [call, ids] of route.access.includes('session')
          ? ([[stranger.session, test]] as const)
          : ([
              [stranger.test, test],
              [stranger.live, live],
              [owner.live, test],
              [owner.test, live],
            ] as const)) {
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
  const created = await stranger.live('POST', '/payments/payment_intents', { body: { amount: 5000, currency: 'usd' } })
  expect(created.body['livemode']).toBe(true)
  const confirmed = await stranger.live('POST', `/payments/payment_intents/${created.body.id}/confirm`, {
    body: { payment_method: 'pm_card_visa' },
  })
  expect(confirmed.body.error).toMatchObject({ code: 'processor_not_configured' })
  expect((await stranger.live('GET', '/ledger/transactions')).body.data).toEqual([])
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
