import { randomUUID } from 'node:crypto'
import type { ServerFrame } from '@micro/contracts'
import { eventually } from '@micro/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import WebSocket from 'ws'
import { newMerchant, type Answer, type Caller, type Merchant } from '../e2e/api.ts'
import { publicOperations, samplesOf, type PublicOperation } from './contracts.ts'
import { parametersOf, send } from './requests.ts'
import { inOneProcess, type World } from './worlds.ts'

/** In every text of the owner's, so that any of it is recognised wherever it turns up. */
const taint = `taint${randomUUID().replaceAll('-', '')}`

let world: World
let owner: Merchant
let stranger: Merchant
/** Every id and name that belongs to the owner's test mode. */
let owned: readonly string[]

const idForm = /"((?:pi|ch|txn|evt|ltx|len|hold|key|usr|acct|req|ses)_[0-9A-Za-z]{12,})"/g
const idsIn = (answer: Answer): string[] => [...JSON.stringify(answer.body).matchAll(idForm)].map(([, id]) => id ?? '')

beforeAll(async () => {
  world = await inOneProcess()
  owner = await newMerchant(world.url)
  stranger = await newMerchant(world.url)
  const { test: call, session } = owner
  const texts = { description: taint, metadata: { [taint]: taint }, receipt_email: `${taint}@example.com` }
  const created = await call('POST', '/v1/payment_intents', {
    body: { amount: 5000, currency: 'usd', ...texts },
    key: `${taint}-create`,
  })
  await call('POST', `/v1/payment_intents/${created.body.id}/confirm`, { body: { payment_method: 'pm_card_visa' } })
  for (const id of [`${taint}_a`, `${taint}_b`])
    await call('POST', '/ledger/accounts', { body: { id, name: taint, type: 'asset', metadata: { [taint]: taint } } })
  const entries = [
    { account_id: `${taint}_a`, amount: 100 },
    { account_id: `${taint}_b`, amount: -100 },
  ]
  const words = { description: taint, entries }
  await call('POST', '/ledger/transactions', { body: { reference_id: `${taint}-ref`, ...words } })
  await call('POST', '/ledger/holds', { body: { reference_id: `${taint}-hold`, ...words } })
  await session('POST', '/auth/api_keys', { body: { environment: 'test', name: taint } })
  await eventually(async () => expect((await call('GET', '/v1/events')).body.data).toHaveLength(3))
  const seen = await Promise.all([
    ...[
      '/v1/payment_intents',
      '/ledger/accounts',
      '/ledger/transactions',
      '/ledger/holds',
      '/v1/events',
      '/auth/me',
    ].map((path) => call('GET', path)),
    session('GET', '/auth/api_keys'),
  ])
  owned = [...new Set([...seen.flatMap(idsIn), `${taint}_a`, `${taint}_b`, `${taint}-ref`, `${taint}-create`])]
}, 180_000)
afterAll(() => world?.stop(), 30_000)

/** What an answer shows of the owner's that the caller did not say itself. */
const leaked = (answer: Answer, said: string): string[] => {
  const text = JSON.stringify([answer.body, ...answer.headers.entries()])
  return [taint, ...owned].filter((secret) => !said.includes(secret) && text.replaceAll(said, '').includes(secret))
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
  for (const prefix of ['pi_', 'ch_', 'evt_', 'ltx_', 'hold_', 'key_', 'usr_', 'acct_'])
    expect(
      owned.some((id) => id.startsWith(prefix)),
      prefix,
    ).toBe(true)
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

// Reads first: what is written repeats the ids, and would be read again.
const readsFirst = publicOperations
  .filter(({ name }) => name !== 'logOut')
  .toSorted((a, b) => Number(a.route.method !== 'GET') - Number(b.route.method !== 'GET'))

describe('no answer shows anything of another merchant or mode, whichever of its ids is given in whichever parameter', () => {
  for (const operation of readsFirst) {
    test(`${operation.route.method} ${operation.path} (${operation.name})`, { timeout: 120_000 }, async () => {
      for (const [who, call] of others().filter(([each]) => mayCall(operation, each))) {
        // The whole of what the owner sees of itself is not leaked when the owner asks who it is.
        const isOwner = who.startsWith('the owner') && operation.path === '/auth/me'
        for (const parameter of parametersOf(operation)) {
          for (const id of owned) {
            const answer = await send(operation, [{ ...parameter, value: id }], call)
            expect(answer.status).toBeLessThan(500)
            if (!isOwner) expect([who, parameter.name, id, leaked(answer, id)]).toEqual([who, parameter.name, id, []])
          }
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
  for (const operation of publicOperations.filter(({ route }) => route.method === 'POST')) {
    test(`${operation.path} (${operation.name})`, async () => {
      // The first to register is the operator, whose routes nobody else gets as far into.
      const who = operation.route.access.includes('operator') ? owner : stranger
      const call = operation.route.access.includes('secret_key') ? who.test : who.session
      const known = Object.keys(samplesOf(operation.route.body))
      for (const name of forbidden.filter((each) => !known.includes(each))) {
        for (const asForm of [false, true]) {
          const { status, body } = await send(operation, [{ part: 'body', name, value: 'x' }], call, { asForm })
          expect([name, status, body.error]).toMatchObject([name, 400, { code: 'parameter_unknown', param: name }])
        }
      }
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
