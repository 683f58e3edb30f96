import { randomUUID } from 'node:crypto'
import { requestLogApi, type ServerFrame } from '@micro/contracts'
import { eventually } from '@micro/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import WebSocket from 'ws'
import { newMerchant, type Answer, type Caller, type Merchant } from '../e2e/api.ts'
import { publicOperations, samplesOf, type PublicOperation } from './contracts.ts'
import { atOnce, parametersOf, send } from './requests.ts'
import { inOneProcess, type World } from './worlds.ts'

/** In every text of the owner's, so that any of it is recognised wherever it turns up. */
const taint = `taint${randomUUID().replaceAll('-', '')}`

let world: World
let owner: Merchant
let stranger: Merchant
/** Every id and name that belongs to the owner's test mode. */
let owned: readonly string[]
/** The ids of its live keys, which a session of its own lists. */
let liveKeys: readonly string[]

/** One of each kind: those of one kind are looked for alike, and are many. */
const oneOfEachKind = (ids: readonly string[]): string[] => [
  ...new Map(ids.map((id) => [id.startsWith(taint) ? id : id.replace(/_[^_]*$/, ''), id])).values(),
]

const idForm =
  /"((?:pi|ch|re|dp|cus|pm|seti|txn|po|evt|ltx|len|hold|lcp|recon|rdif|key|usr|acct|req|ses|cs_test|li|we|dlv|att)_[0-9A-Za-z]{12,})"/g
const idsIn = (answer: Answer): string[] => [...JSON.stringify(answer.body).matchAll(idForm)].map(([, id]) => id ?? '')

beforeAll(async () => {
  world = await inOneProcess()
  owner = await newMerchant(world.url)
  stranger = await newMerchant(world.url)
  const { test: call, session } = owner
  await call('POST', '/v1/webhook_endpoints', {
    body: {
      url: `http://127.0.0.1:1024/${taint}`,
      enabled_events: ['*'],
      description: taint,
      metadata: { [taint]: taint },
    },
  })
  const texts = { description: taint, metadata: { [taint]: taint }, receipt_email: `${taint}@example.com` }
  const created = await call('POST', '/v1/payment_intents', {
    body: { amount: 5000, currency: 'usd', ...texts },
    key: `${taint}-create`,
  })
  const confirmed = await call('POST', `/v1/payment_intents/${created.body.id}/confirm`, {
    body: { payment_method: 'pm_card_createDisputeInquiry' },
  })
  const charge = String(confirmed.body['latest_charge'])
  await call('POST', '/v1/refunds', { body: { charge, amount: 100, metadata: { [taint]: taint } } })
  const dispute = await eventually(async () => {
    const { data } = (await call('GET', '/v1/disputes')).body
    expect(data).toHaveLength(1)
    return data[0]?.id
  })
  await call('POST', `/v1/disputes/${dispute}`, {
    body: { evidence: { customer_name: taint }, metadata: { [taint]: taint }, submit: false },
  })
  const customer = await call('POST', '/v1/customers', { body: { name: taint, metadata: { [taint]: taint } } })
  await call('POST', '/v1/payment_methods/pm_card_visa/attach', { body: { customer: customer.body.id } })
  await call('POST', '/v1/setup_intents', { body: { customer: customer.body.id, description: taint } })
  await call('POST', '/v1/checkout/sessions', {
    body: {
      mode: 'payment',
      success_url: `https://${taint}.example/`,
      client_reference_id: taint,
      customer: customer.body.id,
      line_items: [{ price_data: { currency: 'usd', unit_amount: 5000, product_data: { name: taint } } }],
    },
  })
  for (const id of [`${taint}_a`, `${taint}_b`])
    await call('POST', '/ledger/accounts', { body: { id, name: taint, type: 'asset', metadata: { [taint]: taint } } })
  const entries = [
    { account_id: `${taint}_a`, amount: 100 },
    { account_id: `${taint}_b`, amount: -100 },
  ]
  const words = { description: taint, entries }
  await call('POST', '/ledger/transactions', { body: { reference_id: `${taint}-ref`, ...words } })
  await call('POST', '/ledger/holds', { body: { reference_id: `${taint}-hold`, ...words } })
  await call('POST', '/ledger/checkpoints', { body: {} })
  await session('POST', '/auth/api_keys', { body: { environment: 'test', name: taint } })
  await call('POST', '/v1/test_helpers/clock/advance', { body: { advance_by: 3 * 86_400 } })
  await call('POST', '/v1/payouts', {
    body: { amount: 100, currency: 'usd', description: taint, metadata: { [taint]: taint } },
  })
  await call('POST', '/payments/reconciliations', { body: {} })
  await eventually(async () => expect((await call('GET', '/v1/events?limit=100')).body.data).toHaveLength(19))
  const seen = await Promise.all([
    ...[
      '/v1/payment_intents',
      '/v1/payouts',
      '/v1/refunds',
      '/v1/disputes',
      '/v1/balance_transactions',
      '/v1/customers',
      `/v1/customers/${customer.body.id}/payment_methods`,
      '/v1/setup_intents',
      '/v1/checkout/sessions',
      '/ledger/accounts',
      '/ledger/transactions',
      '/ledger/holds',
      '/ledger/checkpoints',
      '/payments/reconciliations',
      '/v1/events',
      '/v1/webhook_endpoints',
      '/events/deliveries',
      '/request_logs',
      '/auth/me',
    ].map((path) => call('GET', path)),
    session('GET', '/auth/api_keys'),
  ])
  const keys = (await session('GET', '/auth/api_keys')).body.data as unknown as readonly {
    id: string
    environment: string
  }[]
  liveKeys = keys.flatMap(({ id, environment }) => (environment === 'live' ? [id] : []))
  owned = [...new Set([...seen.flatMap(idsIn), `${taint}_a`, `${taint}_b`, `${taint}-ref`, `${taint}-create`])]
})
afterAll(() => world?.stop())

/** What an answer shows of the owner's that the caller did not say itself, and that is not the caller. */
const leaked = (answer: Answer, { said, who }: { said: string; who: string }): string[] => {
  const text = JSON.stringify([answer.body, ...answer.headers.entries()])
  const unsaid = text.replaceAll(said, '')
  const itself = who.startsWith('the owner') ? liveKeys : []
  return [taint, ...owned].filter(
    (secret) => !said.includes(secret) && !itself.includes(secret) && unsaid.includes(secret),
  )
}

const others = (): (readonly [who: string, call: Caller])[] => [
  ["another merchant's key", stranger.test],
  ["another merchant's live key", stranger.live],
  ["the owner's live key", owner.live],
  ["another merchant's session", stranger.session],
]
const mayCall = ({ route }: PublicOperation, who: string): boolean =>
  route.access.includes(who.endsWith('session') ? 'session' : 'secret_key')

test('there is something to leak', () => {
  expect(owned.length).toBeGreaterThan(15)
  const prefixes = [
    'pi_',
    'ch_',
    're_',
    'dp_',
    'cus_',
    'pm_',
    'seti_',
    'cs_test_',
    'po_',
    'txn_',
    'evt_',
    'ltx_',
    'hold_',
    'lcp_',
    'we_',
    'dlv_',
    'recon_',
    'key_',
    'usr_',
    'acct_',
  ]
  for (const prefix of prefixes)
    expect(
      owned.some((id) => id.startsWith(prefix)),
      prefix,
    ).toBe(true)
})

test('server-sent events from the very beginning show none of it either', async () => {
  const shown = async (call: Caller) => (await call('GET', '/v1/events/stream?since=0')).body.data
  const theirs = JSON.stringify([await shown(stranger.test), await shown(stranger.live), await shown(owner.live)])
  expect([taint, ...owned].filter((secret) => theirs.includes(secret))).toEqual([])
  expect(JSON.stringify(await shown(owner.test))).toContain(taint)
})

test('a stream from the very beginning shows none of it either', async () => {
  const { key } = stranger
  const frames: ServerFrame[] = []
  const socket = new WebSocket(`${world.url.replace('http', 'ws')}/ws`, {
    headers: { authorization: `Bearer ${key}` },
  })
  socket.on('message', (data: Buffer) => {
    const frame = JSON.parse(data.toString()) as ServerFrame
    frames.push(frame)
    if (frame.type === 'hello') socket.send(JSON.stringify({ type: 'resume', after: 0 }))
  })
  await eventually(() => expect(frames.some(({ type }) => type === 'ready')).toBe(true))
  socket.close()
  const text = JSON.stringify(frames)
  expect([taint, ...owned].filter((secret) => text.includes(secret))).toEqual([])
})

// Reads first: what is written repeats the ids, and would be read again; and before all what a caller asked itself.
const turnOf = ({ name, route }: PublicOperation): number =>
  name in requestLogApi ? 0 : route.method === 'GET' ? 1 : 2
const readsFirst = publicOperations
  // Whoever has the id of a page may use it: there is nobody else to ask.
  .filter(({ name, route }) => name !== 'logOut' && route.page !== true)
  .toSorted((a, b) => turnOf(a) - turnOf(b))

describe('no answer shows anything of another merchant or mode, an id of whichever kind of theirs is given in whichever parameter', () => {
  for (const operation of readsFirst) {
    test(`${operation.route.method} ${operation.path} (${operation.name})`, async () => {
      for (const [who, call] of others().filter(([each]) => mayCall(operation, each))) {
        // The owner's own id is not leaked when it asks who it is, or for its book, which says whose it is.
        const isOwner =
          who.startsWith('the owner') && ['/auth/me', '/v1/account', '/ledger/export'].includes(operation.path)
        for (const parameter of parametersOf(operation)) {
          await atOnce(oneOfEachKind(owned), async (id) => {
            const answer = await send(operation, [{ ...parameter, value: id }], call)
            expect(answer.status).toBeLessThan(500)
            const shown = leaked(answer, { said: id, who })
            if (!isOwner) expect([who, parameter.name, id, shown]).toEqual([who, parameter.name, id, []])
          })
        }
      }
    })
  }
})

test('one idempotency key of two merchants, and of two modes, is four keys', async () => {
  const key = randomUUID()
  const create = (call: Caller) => call('POST', '/v1/payment_intents', { key, body: { amount: 900, currency: 'usd' } })
  const answers = [
    await create(owner.test),
    await create(owner.live),
    await create(stranger.test),
    await create(stranger.live),
  ]
  expect(new Set(answers.map(({ body }) => body.id)).size).toBe(4)
  expect(answers.map(({ headers }) => headers.get('idempotent-replayed'))).toEqual([null, null, null, null])
})

describe('a parameter that nobody may set is refused by name', () => {
  const forbidden = [
    'merchant',
    'merchant_id',
    'tenant_id',
    'mode',
    'livemode',
    'object',
    'status',
    'created',
    'created_at',
    'user',
    'operator',
    'role',
    'scopes',
    'access',
    'balance',
    'net',
    'posted_credits',
    'system',
    'seq',
    'book',
    'amount_received',
    'latest_charge',
    'client_secret',
    'revoked',
    'key',
    'hash',
    'constructor',
    'toString',
  ]
  // What signs its body is judged by the signature before anything looks into it: live-webhooks.test.ts.
  const decoded = publicOperations.filter(({ route }) => route.method === 'POST' && route.signed !== true)
  for (const operation of decoded) {
    test(`${operation.path} (${operation.name})`, async () => {
      // The first to register is the operator, whose routes nobody else gets as far into.
      const who = operation.route.access.includes('operator') ? owner : stranger
      const call = operation.route.access.includes('secret_key') ? who.test : who.session
      const known = Object.keys(samplesOf(operation.route.body))
      const unknown = forbidden.filter((each) => !known.includes(each))
      for (const asForm of [false, true])
        await atOnce(unknown, async (name) => {
          const { status, body } = await send(operation, [{ part: 'body', name, value: 'x' }], call, { asForm })
          expect([name, status, body.error]).toMatchObject([name, 400, { code: 'parameter_unknown', param: name }])
        })
    })
  }
  test('inside a list of entries too', async () => {
    const entries = [{ account_id: 'a', amount: 1, balance_after: 5 }]
    const { status, body } = await stranger.test('POST', '/ledger/transactions', {
      body: { reference_id: 'r', entries },
    })
    expect([status, body.error]).toMatchObject([400, { code: 'parameter_unknown', param: 'entries[0][balance_after]' }])
  })
})
