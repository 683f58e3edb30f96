import { apis, pathsOf, type Route } from '@micro/contracts'
import { eventually } from '@micro/testing'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { caller, newMerchant, pay, type Caller, type Merchant } from './api.ts'
import { nobodysUrl } from './harness.ts'
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
  const endpoint = await call('POST', '/v1/webhook_endpoints', {
    body: { url: 'http://127.0.0.1:1024/hook', enabled_events: ['*'] },
  })
  ids.set('webhook_endpoints', endpoint.body.id)
  const customer = await call('POST', '/v1/customers', { body: { name: 'One' } })
  ids.set('customers', customer.body.id)
  const setup = await call('POST', '/v1/setup_intents', { body: { customer: customer.body.id } })
  ids.set('setup_intents', setup.body.id)
  const method = await call('POST', '/v1/payment_methods/pm_card_visa/attach', {
    body: { customer: customer.body.id },
  })
  // Without a processor there are none in live mode.
  if (method.status === 200) ids.set('payment_methods', method.body.id)
  const product = await call('POST', '/v1/products', {
    body: { name: 'Hat', default_price_data: { currency: 'usd', unit_amount: 5000 } },
  })
  ids.set('products', product.body.id)
  ids.set('prices', String(product.body['default_price']))
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
  const period = await call('POST', '/ledger/periods', { body: { closes_through: 1 } })
  ids.set('periods', String(period.body.id))
  ids.set('checkpoints', String((await call('POST', '/ledger/checkpoints', { body: {} })).body.id))
  const events = await eventually(async () => {
    const { data } = (await call('GET', '/v1/events')).body
    expect(data.length).toBeGreaterThan(0)
    return data
  })
  ids.set('events', String(events[0]?.id))
  const deliveries = await eventually(async () => {
    const { data } = (await call('GET', '/events/deliveries')).body
    expect(data.length).toBeGreaterThan(0)
    return data
  })
  ids.set('deliveries', String(deliveries[0]?.id))
}

/** Made by a page of the merchant's. */
const tokenOf = async (merchant: Merchant): Promise<string> => {
  const key = String((await merchant.test('GET', '/auth/me')).body['publishable_key'])
  const card = { number: '4242424242424242', exp_month: 12, exp_year: 2050 }
  return (await caller(platform.url, key)('POST', '/v1/tokens', { body: { card } })).body.id
}

/** A charge, a refund and a dispute: in test mode alone, since no processor takes live payments. */
const makeMoneyMove = async (ids: Map<string, string>, call: Caller): Promise<void> => {
  const paid = await call('POST', '/v1/payment_intents', {
    body: { amount: 5000, currency: 'usd', payment_method: 'pm_card_createDisputeInquiry', confirm: true },
  })
  const charge = String(paid.body['latest_charge'])
  ids.set('charges', charge)
  const refund = await call('POST', '/v1/refunds', { body: { charge, amount: 100 } })
  ids.set('refunds', refund.body.id)
  ids.set('balance_transactions', String(refund.body['balance_transaction']))
  const disputes = await eventually(async () => {
    const { data } = (await call('GET', '/v1/disputes')).body
    expect(data).toHaveLength(1)
    return data
  })
  ids.set('disputes', String(disputes[0]?.id))
}

beforeAll(async () => {
  platform = await openPlatform()
  owner = await newMerchant(platform.url)
  stranger = await newMerchant(platform.url)
  await make(owned, owner.test, String((await pay(owner.test)).body.id), 'acc_one')
  await makeMoneyMove(owned, owner.test)
  await owner.test('POST', '/v1/test_helpers/clock/advance', { body: { advance_by: 3 * 86_400 } })
  const payout = await owner.test('POST', '/v1/payouts', { body: { amount: 100, currency: 'usd' } })
  owned.set('payouts', payout.body.id)
  owned.set('balance_transactions', String(payout.body['balance_transaction']))
  for (const [ids, call] of [
    [owned, owner.test],
    [ownedLive, owner.live],
  ] as const)
    ids.set('reconciliations', (await call('POST', '/payments/reconciliations', { body: {} })).body.id)
  owned.set('api_keys', owner.keyId)
  owned.set('request_logs', (await owner.test('GET', '/v1/charges')).headers.get('request-id') ?? '')
  owned.set('tokens', await tokenOf(owner))
  const session = await owner.test('POST', '/v1/checkout/sessions', {
    body: {
      mode: 'payment',
      success_url: 'https://shop.example/thanks',
      line_items: [{ price_data: { currency: 'usd', unit_amount: 5000, product_data: { name: 'Hat' } } }],
    },
  })
  owned.set('checkout', session.body.id)
  owned.set('payment_pages', session.body.id)
  const [login, entry] = [await owner.session('GET', '/auth/sessions'), await owner.session('GET', '/auth/audit_log')]
  owned.set('sessions', String(login.body.data[0]?.id))
  owned.set('audit_log', String(entry.body.data[0]?.id))
  // A device that the owner let in, and that has not come for its key yet.
  const opened = await caller(platform.url)('POST', '/stripecli/auth', { body: { device_name: 'desk' } })
  const pairing = String(opened.body['browser_url']).replace(/.*\//, '')
  const { verification_code } = opened.body
  const me = await owner.session('GET', '/auth/me')
  await owner.session('POST', `/auth/pairings/${pairing}/approve`, {
    body: { verification_code, merchant: me.body['merchant'] },
  })
  owned.set('pairings', pairing)
  // No processor takes live payments, so a live intent is made and stays unpaid.
  const live = await owner.live('POST', '/v1/payment_intents', { body: { amount: 5000, currency: 'usd' } })
  await make(ownedLive, owner.live, live.body.id, 'acc_live')
  const url = inject('way') === 'embedded' ? { url: nobodysUrl } : {}
  const body = { kind: 'stripe', secret_key: 'sk_live_nobodys', currencies: ['usd'], ...url }
  ownedLive.set('processors', (await owner.live('POST', '/payments/processors', { body })).body.id)
})
afterAll(() => platform?.stop())

/** Lists, and nothing else, are asked for in pages. */
const isList = ({ query }: Route): boolean =>
  'limit' in ((query as { properties?: object } | undefined)?.properties ?? {})

const routes = Object.values(apis)
  .flatMap((api) => Object.entries(api) as [string, Route][])
  // What operators may do is theirs alone: operator.test.ts.
  .filter(([, route]) => !route.access.includes('internal') && !route.access.includes('operator'))
// Both modes are one merchant's.
const isOfBothModes = (name: string): boolean => name === 'retrieveAccount'
const withId = routes
  // Whoever has the id of a page may use it: there is nobody else to ask (authentication.http.test.ts).
  .filter(([, route]) => route.path.includes(':id') && !route.access.includes('public'))
  .flatMap(([name, route]) => pathsOf(route).map((path) => ({ name, route, path })))

/** What a route needs to be told before it looks for anything. */
const bodies: Readonly<Record<string, object>> = {
  eraseLedgerTransaction: { reason: 'Asked' },
  approvePairing: { verification_code: 'amber-amber-amber-amber', merchant: 'acct_unknown' },
  attachPaymentMethod: { customer: 'cus_unknown' },
  confirmPaymentPage: { payment_method: 'pm_card_visa' },
  incrementAuthorization: { amount: 6000 },
  setWebhookSecret: { webhook_secret: 'whsec_of_nobody' },
  updateProcessor: { secret_key: 'sk_live_nobodys' },
}
const sent = (name: string, { method }: Route) => (method === 'POST' ? { body: bodies[name] ?? {} } : {})
/** The same of a route that is read. */
const queries: Readonly<Record<string, string>> = {
  listLedgerBalances: '?at[0]=1',
  retrieveWebhookFigures: '?bounds[0]=1&bounds[1]=2',
}

/** What a list has to be asked for, beside its page. */
const asked: Readonly<Record<string, string>> = {
  '/v1/customers/search': `&query=${encodeURIComponent('created>0')}`,
  '/v1/prices/search': `&query=${encodeURIComponent('active:"true"')}`,
  '/v1/products/search': `&query=${encodeURIComponent('active:"true"')}`,
}
/** What belongs to another object is asked for by that object's id: see the tests of its own. */
const needsNoObject = ({ path, query }: Route): boolean =>
  path in asked || ((query as { required?: string[] } | undefined)?.required ?? []).length === 0

/** Of the gateway's own the resource is the first part of the path. */
const resourceIn = (path: string): string => {
  const [, surface = '', resource = ''] = path.split('/')
  return resource.startsWith(':') ? surface : resource
}
const unknownId = (id: string): string => id.replace(/[^_]+$/, (tail) => `${'0'.repeat(tail.length - 1)}x`)
/** The path of one object, and of one that belongs to it where the path names two; undefined where there is none. */
const pathTo = (path: string, ids: ReadonlyMap<string, string>): string | undefined => {
  const [id, method] = [ids.get(resourceIn(path)), ids.get('payment_methods')]
  if (id === undefined || (path.includes(':payment_method') && method === undefined)) return undefined
  return path.replace(':id', id).replace(':payment_method', method ?? '')
}
/** What is deleted is not found by whoever looks for it next. */
const deletingLast = withId.toSorted(
  (a, b) => Number(a.route.method === 'DELETE') - Number(b.route.method === 'DELETE'),
)

/** An answer with the id taken out: what is left must not tell whose it is. */
const anonymous = (answer: { status: number; body: unknown }, id: string) =>
  JSON.parse(JSON.stringify({ status: answer.status, body: answer.body }).replaceAll(id, 'ID')) as object

describe("another merchant's id answers exactly like an unknown id", () => {
  for (const { name, route, path } of withId) {
    test(`${route.method} ${path} (${name})`, async () => {
      const id = owned.get(resourceIn(path)) ?? ownedLive.get(resourceIn(path))
      expect(id, `no object of the owner's is known for ${path}`).toBeDefined()
      const call: Caller =
        route.access.includes('secret_key') && !route.access.includes('session') ? stranger.test : stranger.session
      const ask = (each: string) =>
        call(
          route.method,
          `${pathTo(path, new Map([...owned, [resourceIn(path), each]]))!}${queries[name] ?? ''}`,
          sent(name, route),
        )
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
    for (const { name, route, path } of deletingLast.filter(
      (each) => !each.route.access.includes('session') && !isOfBothModes(each.name),
    )) {
      test(`${route.method} ${path}`, async () => {
        const target = pathTo(path, ids)
        // Without a processor of live mode there are no payment methods, charges, payouts nor tokens.
        if (target === undefined && path.includes('/processors')) return expect(other).toBe('test')
        if (target === undefined)
          return expect([other, path]).toEqual([
            'live',
            expect.stringMatching(
              /payment_method|tokens|payouts|balance_transactions|charges|refunds|disputes|checkout|payment_pages/,
            ),
          ])
        const ask = (call: Caller) => call(route.method, `${target}${queries[name] ?? ''}`, sent(name, route))
        expect((await ask(owner[mode])).status).toBe(404)
        // It is there for the key of its own mode, whatever that may do with it.
        expect((await ask(owner[other])).status).not.toBe(404)
      })
    }
  })
}

describe('lists hold nothing of another merchant or mode', () => {
  for (const [, route] of routes.filter(
    ([, each]) => each.method === 'GET' && !each.path.includes(':id') && isList(each) && needsNoObject(each),
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
          // An export has no pages.
          const { status, body } = await call(
            'GET',
            route.stream?.always === true ? path : `${path}?limit=100${asked[path] ?? ''}`,
          )
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
