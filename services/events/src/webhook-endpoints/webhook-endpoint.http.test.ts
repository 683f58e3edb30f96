import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { key, webhookWorld, type WebhookWorld } from '../webhooks.fixture.ts'

let world: WebhookWorld
const url = 'https://shop.example.com/hooks'
const path = '/v1/webhook_endpoints'

beforeAll(async () => {
  world = await webhookWorld()
})
afterAll(() => world[Symbol.asyncDispose]())
beforeEach(async () => {
  // Each test begins without any, so that none meets the bound on their number.
  for (const as of [key('acct_a'), key('acct_a', 'live'), key('acct_b')]) {
    const { body } = await world.call(as, { url: `${path}?limit=100` })
    for (const { id } of body.data) await world.call(as, { method: 'DELETE', url: `${path}/${id}` })
  }
})

const post = (at: string, body: object, { as = key(), headers = {} } = {}) =>
  world.call(as, { method: 'POST', url: at, body, headers })

describe('POST /v1/webhook_endpoints', () => {
  test('200 with the whole endpoint and its secret, told this once', async () => {
    const { status, body } = await post(path, {
      url,
      enabled_events: ['charge.succeeded', 'payment_intent.*', 'charge.succeeded'],
      description: 'the shop',
      metadata: { team: 'a' },
      api_version: '2025-01-27.acacia',
    })
    expect(status).toBe(200)
    expect(body).toEqual({
      id: expect.stringMatching(/^we_[0-9A-Za-z]{24}$/),
      object: 'webhook_endpoint',
      api_version: '2025-01-27.acacia',
      application: null,
      created: 1_767_225_600,
      delivery: { concurrency: 8, order: 'best_effort', rate: null, signature: 'stripe', timeout: 15 },
      description: 'the shop',
      disabled_reason: null,
      enabled_events: ['charge.succeeded', 'payment_intent.*'],
      failing_since: null,
      livemode: false,
      metadata: { team: 'a' },
      previous_secret_until: null,
      secret: expect.stringMatching(/^whsec_[0-9A-Za-z]{32}$/),
      status: 'enabled',
      url,
    })
    const again = await world.call(key(), { url: `${path}/${body.id}` })
    const { secret: _, ...rest } = body
    expect(again.body).toEqual(rest)
  })

  test('the secret is nowhere in the database, neither in its row nor in the kept answer of a keyed request', async () => {
    const headers = { 'idempotency-key': 'once' }
    const first = await post(path, { url, enabled_events: ['*'] }, { headers })
    const second = await post(path, { url, enabled_events: ['*'] }, { headers })
    expect(second.body).toEqual(first.body)
    expect(second.headers['idempotent-replayed']).toBe('true')
    const { sql } = world.database.db
    const rows = [
      ...(await sql`select * from events.webhook_endpoints`),
      ...(await sql`select * from events.idempotency_keys`),
    ]
    expect(rows).toHaveLength((await sql`select 1 from events.webhook_endpoints`).length + 1)
    const kept = JSON.stringify(rows)
    expect(kept).not.toContain(first.body.secret.slice(6))
    expect(kept).toContain(first.body.id)
  })

  test('200 with how it is to be delivered to', async () => {
    const delivery = { concurrency: 2, order: 'strict', rate: 5, signature: 'both', timeout: 3 }
    expect((await post(path, { url, enabled_events: ['*'], delivery })).body.delivery).toEqual(delivery)
  })

  for (const [what, body, param, message] of [
    [
      'a mistyped event',
      { enabled_events: ['*', 'payment_intent.succeded'] },
      'enabled_events[1]',
      'such as payment_intent.',
    ],
    ['an event of nothing', { enabled_events: ['foo.bar'] }, 'enabled_events[0]', 'no type of event'],
    ['no event', { enabled_events: [] }, 'enabled_events', 'fewer than 1'],
    ['an address inside', { url: 'http://10.0.0.1/' }, 'url', 'private network'],
    ['the metadata service', { url: 'http://169.254.169.254/latest' }, 'url', 'nobody may use'],
    ['no URL', { url: 'shop.example.com' }, 'url', 'URL such as'],
    ['connected accounts', { connect: true }, 'connect', 'must be false'],
    ['an unknown parameter', { secret: 'whsec_mine' }, 'secret', 'unknown parameter'],
    ['too many requests at a time', { delivery: { concurrency: 33 } }, 'delivery[concurrency]', '<= 32'],
  ] as const)
    test(`400 for ${what}, naming ${param}`, async () => {
      const answer = await post(path, { url, enabled_events: ['*'], ...body })
      expect([answer.status, answer.body.error.param]).toEqual([400, param])
      expect(answer.body.error.message).toContain(message)
    })

  test('400 with Stripe’s code for a URL that is refused', async () => {
    const { body } = await post(path, { url: 'http://169.254.169.254/', enabled_events: ['*'] })
    expect(body.error.code).toBe('url_invalid')
  })

  test('events that never happen here may be listed, as an application written for Stripe does', async () => {
    const enabled_events = ['invoice.paid', 'customer.subscription.deleted', 'checkout.session.completed']
    expect((await post(path, { url, enabled_events })).status).toBe(200)
  })

  test('400 in live mode for http, and 200 for this machine where that is allowed', async () => {
    const as = key('acct_a', 'live')
    expect((await post(path, { url: 'http://shop.example.com/', enabled_events: ['*'] }, { as })).status).toBe(400)
    expect((await post(path, { url: 'http://localhost:4242/', enabled_events: ['*'] }, { as })).status).toBe(200)
  })

  test('400 for the seventeenth, however many are made at once; those of the other mode do not count', async () => {
    const made = await Promise.all(Array.from({ length: 20 }, () => post(path, { url, enabled_events: ['*'] })))
    expect(made.filter(({ status }) => status === 200)).toHaveLength(16)
    expect(made.find(({ status }) => status === 400)?.body.error.code).toBe('webhook_endpoints_too_many')
    expect((await post(path, { url, enabled_events: ['*'] }, { as: key('acct_a', 'live') })).status).toBe(200)
  })
})

describe('POST /v1/webhook_endpoints/:id', () => {
  test('200 with what changed, and what was left out as it was', async () => {
    const made = await world.endpoint({ url, metadata: { a: '1', b: '2' }, delivery: { rate: 5, timeout: 3 } })
    const { body } = await post(`${path}/${made.id}`, {
      url: `${url}/2`,
      enabled_events: ['charge.*'],
      metadata: { a: '', c: '3' },
      delivery: { rate: '' },
      description: 'new',
    })
    const { secret: _, ...rest } = made
    expect(body).toEqual({
      ...rest,
      url: `${url}/2`,
      enabled_events: ['charge.*'],
      metadata: { b: '2', c: '3' },
      description: 'new',
      delivery: { ...made.delivery, rate: null },
    })
  })

  test('disables, says who did, and enables', async () => {
    const { id } = await world.endpoint({ url })
    const off = await post(`${path}/${id}`, { disabled: true })
    expect([off.body.status, off.body.disabled_reason]).toEqual(['disabled', 'requested'])
    const on = await post(`${path}/${id}`, { disabled: false })
    expect([on.body.status, on.body.disabled_reason]).toEqual(['enabled', null])
  })

  test('400 for an address inside, and nothing is changed', async () => {
    const { id } = await world.endpoint({ url })
    expect((await post(`${path}/${id}`, { url: 'http://[fd00::1]/', description: 'x' })).status).toBe(400)
    expect((await world.call(key(), { url: `${path}/${id}` })).body).toMatchObject({ url, description: null })
  })
})

describe('POST /v1/webhook_endpoints/:id/rotate_secret', () => {
  test('200 with another secret; the one before counts for a day, or for as long as was said', async () => {
    const made = await world.endpoint({ url })
    const { body } = await post(`${path}/${made.id}/rotate_secret`, {})
    expect(body.secret).toMatch(/^whsec_/)
    expect(body.secret).not.toBe(made.secret)
    expect(body.previous_secret_until).toBe(1_767_225_600 + 86_400)
    expect((await post(`${path}/${made.id}/rotate_secret`, { expires_in: 60 })).body.previous_secret_until).toBe(
      1_767_225_600 + 60,
    )
    expect((await post(`${path}/${made.id}/rotate_secret`, { expires_in: 0 })).body.previous_secret_until).toBe(null)
  })

  test('400 for longer than seven days', async () => {
    const { id } = await world.endpoint({ url })
    expect((await post(`${path}/${id}/rotate_secret`, { expires_in: 604_801 })).body.error.param).toBe('expires_in')
  })
})

test('DELETE answers as Stripe does, removes the secrets, and a second one 404', async () => {
  const { id } = await world.endpoint({ url })
  expect((await world.call(key(), { method: 'DELETE', url: `${path}/${id}` })).body).toEqual({
    id,
    object: 'webhook_endpoint',
    deleted: true,
  })
  const [row] = await world.database.db.sql`select secret from events.webhook_endpoints where id = ${id}`
  expect(row).toEqual({ secret: null })
  for (const method of ['GET', 'DELETE'] as const)
    expect((await world.call(key(), { method, url: `${path}/${id}` })).status).toBe(404)
})

test('GET lists newest first, by pages, and leaves out deleted ones', async () => {
  const made = []
  for (let at = 0; at < 4; at++) {
    world.clock.advance(1000)
    made.unshift((await world.endpoint({ url: `${url}/${at}` })).id)
  }
  await world.call(key(), { method: 'DELETE', url: `${path}/${made[1]}` })
  const first = await world.call(key(), { url: `${path}?limit=2` })
  expect([first.body.data.map(({ id }: { id: string }) => id), first.body.has_more]).toEqual([[made[0], made[2]], true])
  const second = await world.call(key(), { url: `${path}?limit=2&starting_after=${made[2]}` })
  expect([second.body.data.map(({ id }: { id: string }) => id), second.body.has_more]).toEqual([[made[3]], false])
  expect(JSON.stringify(first.body)).not.toContain('whsec_')
})

test("another merchant's endpoint, and the other mode's, answer exactly like one that never was", async () => {
  const { id } = await world.endpoint({ url })
  for (const as of [key('acct_b'), key('acct_a', 'live')]) {
    for (const [method, at, body] of [
      ['GET', '', undefined],
      ['POST', '', {}],
      ['POST', '/rotate_secret', {}],
      ['POST', '/test', {}],
      ['DELETE', '', undefined],
    ] as const) {
      const theirs = await world.call(as, { method, url: `${path}/${id}${at}`, body })
      const none = await world.call(as, { method, url: `${path}/we_none${at}`, body })
      expect(theirs.status).toBe(404)
      expect(JSON.stringify(theirs.body).replaceAll(id, 'we_none')).toBe(JSON.stringify(none.body))
    }
    expect((await world.call(as, { url: path })).body.data).toEqual([])
  }
})

describe("the ledger's events", () => {
  const scoped = (...scopes: string[]) => ({ ...key(), scopes })
  const blind = scoped('webhooks:write', 'events:read')
  const types = async (id: string) =>
    (
      await world.database.db.sql<{ event_type: string }>`
      select event_type from events.deliveries where endpoint = ${id} order by seq`
    ).map(({ event_type: type }) => type)

  test('go to an endpoint that names them, and not to one that asks for everything', async () => {
    const everything = await post(path, { url, enabled_events: ['*'] })
    const family = await post(path, { url, enabled_events: ['*', 'ledger.*'] })
    const one = await post(path, { url, enabled_events: ['ledger.transaction.posted'] })
    await world.store([
      { type: 'ledger.transaction.posted' },
      { type: 'charge.succeeded' },
      { type: 'ledger.hold.created' },
    ])
    expect(await types(everything.body.id)).toEqual(['charge.succeeded'])
    expect(await types(family.body.id)).toEqual([
      'ledger.transaction.posted',
      'charge.succeeded',
      'ledger.hold.created',
    ])
    expect(await types(one.body.id)).toEqual(['ledger.transaction.posted'])
  })

  test('are had sent nowhere by a key that may not read the ledger, nor is an endpoint of them turned elsewhere', async () => {
    const refused = [403, 'more_permissions_required']
    const answer = async (at: string, body: object, as: ReturnType<typeof scoped>) => {
      const { status, body: shown } = await post(at, body, { as })
      return [status, shown.error?.code]
    }
    for (const type of ['ledger.*', 'ledger.transaction.*', 'ledger.transaction.posted'])
      expect(await answer(path, { url, enabled_events: ['charge.succeeded', type] }, blind)).toEqual(refused)
    const plain = await post(path, { url, enabled_events: ['*'] }, { as: blind })
    expect(plain.status).toBe(200)
    expect(await answer(`${path}/${plain.body.id}`, { enabled_events: ['ledger.*'] }, blind)).toEqual(refused)

    const reader = scoped('webhooks:write', 'ledger:read')
    const told = await post(path, { url, enabled_events: ['ledger.*'] }, { as: reader })
    expect(told.status).toBe(200)
    for (const change of [{ url: 'https://elsewhere.example.com' }, { enabled_events: ['*'] }, { description: 'mine' }])
      expect(await answer(`${path}/${told.body.id}`, change, blind)).toEqual(refused)
    expect(await answer(`${path}/${told.body.id}`, { description: 'mine' }, reader)).toEqual([200, undefined])
  })

  test('are not sent to an endpoint of its own by a key that may not read the ledger and knows an id', async () => {
    const { body: own } = await post(path, { url, enabled_events: ['*'] }, { as: blind })
    await world.store([{ id: 'evt_ledgers', type: 'ledger.transaction.posted' }])
    const { status } = await post('/v1/events/evt_ledgers/retry', { webhook_endpoint: own.id }, { as: blind })
    expect(status).toBe(404)
    expect(await types(own.id)).toEqual([])
  })
})
