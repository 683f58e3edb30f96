import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { key, startReceiver, webhookWorld, type Receiver, type WebhookWorld } from '../webhooks.fixture.ts'
import { deliveryHandlers } from './delivery.http.ts'

let world: WebhookWorld
let receiver: Receiver
beforeAll(async () => {
  world = await webhookWorld()
})
afterAll(() => world[Symbol.asyncDispose]())

/** A merchant of each test's own. */
let merchant = 'acct_0'
let merchants = 0
const as = (mode: 'test' | 'live' = 'test') => key(merchant, mode)
beforeEach(async () => {
  merchant = `acct_${++merchants}`
  receiver = await startReceiver()
})
afterEach(async () => {
  const { body } = await world.call(as(), { url: '/v1/webhook_endpoints?limit=100' })
  for (const { id } of body.data) await world.call(as(), { method: 'DELETE', url: `/v1/webhook_endpoints/${id}` })
  await world.parts.cleanup.round()
  await receiver[Symbol.asyncDispose]()
})

const store = (...types: string[]) =>
  world.store(
    types.map((type) => ({ type })),
    { merchant, mode: 'test' },
  )
const post = (url: string, body: object = {}, who = as()) => world.call(who, { method: 'POST', url, body })
const get = async (url: string, who = as()) => (await world.call(who, { url })).body
const list = async (query = '') => (await get(`/events/deliveries?limit=100${query}`)).data
const seqs = (rows: readonly Record<string, unknown>[]) => rows.map((row) => row['seq'])
const sent = () => receiver.received.map(({ headers }) => Number(headers['micro-event-seq'])).toSorted((a, b) => a - b)
const exhaust = async () => {
  for (const ms of [0, 5_000, 120_000]) {
    world.clock.advance(ms)
    await world.deliver()
  }
}

describe('POST /v1/events/:id/retry', () => {
  test('sends an event again to every endpoint that asks for it, those made later too', async () => {
    await world.endpoint({ url: `${receiver.url}/one` }, as())
    await store('charge.succeeded')
    await world.deliver()
    await world.endpoint({ url: `${receiver.url}/two` }, as())
    await world.endpoint({ url: `${receiver.url}/three`, enabled_events: ['refund.created'] }, as())
    const [delivery] = await list()
    const { status, body } = await post(`/v1/events/${String(delivery?.['event'])}/retry`)
    expect([status, body['object'], body['pending_webhooks']]).toEqual([200, 'event', 2])
    await world.deliver()
    expect(receiver.received.map(({ path }) => path).toSorted()).toEqual(['/one', '/one', '/two'])
  })

  test('sends it to the endpoint that is named, whether that asks for it or not', async () => {
    const { id } = await world.endpoint({ url: receiver.url, enabled_events: ['refund.created'] }, as())
    await store('charge.succeeded')
    const [event] = (await get('/v1/events')).data
    expect((await post(`/v1/events/${event?.id}/retry`, { webhook_endpoint: id })).status).toBe(200)
    await world.deliver()
    expect(sent()).toEqual([1])
  })

  test('for command lines that listen leaves endpoints alone', async () => {
    await store('charge.succeeded')
    await world.endpoint({ url: receiver.url }, as())
    const [event] = (await get('/v1/events')).data
    expect((await post(`/v1/events/${event?.id}/retry`, { for_stripecli: true })).body['pending_webhooks']).toBe(0)
  })

  test('400 for an endpoint that is disabled, 404 for an event of somebody else', async () => {
    const { id } = await world.endpoint({ url: receiver.url }, as())
    await store('charge.succeeded')
    const [event] = (await get('/v1/events')).data
    const path = `/v1/events/${event?.id}/retry`
    expect((await post(path, { webhook_endpoint: id }, key('acct_other'))).status).toBe(404)
    expect((await post(path, {}, as('live'))).status).toBe(404)
    await post(`/v1/webhook_endpoints/${id}`, { disabled: true })
    expect((await post(path, { webhook_endpoint: id })).body.error.code).toBe('webhook_endpoint_disabled')
  })
})

describe('POST /events/deliveries/:id/resend', () => {
  test('sends what got through once more, and keeps both requests', async () => {
    await world.endpoint({ url: receiver.url }, as())
    await store('charge.succeeded')
    await world.deliver()
    const [first] = await list()
    const { body } = await post(`/events/deliveries/${first?.id}/resend`)
    expect(body).toMatchObject({ status: 'pending', delivered: first?.['delivered'] })
    await world.deliver()
    const [again] = await list()
    expect(again).toMatchObject({ status: 'delivered', attempts: 2, delivered: first?.['delivered'] })
    const { data } = await get(`/events/deliveries/${first?.id}/attempts`)
    expect(data.map(({ number, manual }) => [number, manual])).toEqual([
      [2, true],
      [1, false],
    ])
  })

  test('takes what was given up through the whole schedule again', async () => {
    receiver.answer = (response) => void response.writeHead(500).end()
    await world.endpoint({ url: receiver.url }, as())
    await store('charge.succeeded')
    await exhaust()
    const [dead] = await list('&status=failed')
    await post(`/events/deliveries/${dead?.id}/resend`)
    await exhaust()
    expect((await list())[0]).toMatchObject({ status: 'failed', attempts: 6 })
    expect(receiver.received).toHaveLength(6)
  })

  test("404 for another merchant's, and the other mode's", async () => {
    await world.endpoint({ url: receiver.url }, as())
    await store('charge.succeeded')
    const [delivery] = await list()
    for (const who of [key('acct_other'), as('live')])
      for (const path of ['', '/attempts', '/resend']) {
        const url = `/events/deliveries/${delivery?.id}${path}`
        const { status } = await world.call(who, path === '/resend' ? { method: 'POST', url, body: {} } : { url })
        expect([path, status]).toEqual([path, 404])
      }
  })
})

describe('POST /events/deliveries/resend', () => {
  const again = (webhook_endpoint: string, body: object = {}) =>
    post('/events/deliveries/resend', { webhook_endpoint, ...body })
  /** Six events an hour apart: 1 and 2 before the endpoint was made, 3 got through, 4 and 5 were given up, 6 is none of its. */
  const prepare = async (): Promise<{ id: string; begin: number }> => {
    const begin = world.clock.now().getTime() / 1000
    const hourly = async (type: string) => {
      await store(type)
      await exhaust()
      world.clock.set(new Date((begin + 3600 * Number((await get('/v1/events')).data.length)) * 1000))
    }
    for (const type of ['charge.succeeded', 'charge.failed']) await hourly(type)
    const { id } = await world.endpoint({ url: receiver.url, enabled_events: ['charge.*'] }, as())
    await hourly('charge.succeeded')
    receiver.answer = (response) => void response.writeHead(500).end()
    for (const type of ['charge.failed', 'charge.succeeded']) await hourly(type)
    receiver.answer = (response) => void response.end()
    await hourly('refund.created')
    receiver.received.length = 0
    return { id, begin }
  }

  test('sends again what was given up; a dry run counts the same and sends nothing', async () => {
    const { id } = await prepare()
    const wanted = { object: 'webhook_resend', count: 2, has_more: false, last_seq: 5, webhook_endpoint: id }
    expect((await again(id, { dry_run: true })).body).toMatchObject({ ...wanted, dry_run: true })
    await world.deliver()
    expect(sent()).toEqual([])
    expect((await again(id)).body).toMatchObject({ ...wanted, dry_run: false })
    await world.deliver()
    await world.deliver()
    expect(sent()).toEqual([4, 5])
    expect((await again(id)).body['count']).toBe(0)
  })

  for (const [what, body, want] of [
    ['missing: what it never got, too', { which: 'missing' }, [1, 2, 4, 5]],
    ['all: what got through, too', { which: 'all' }, [1, 2, 3, 4, 5]],
    ['of some types', { which: 'all', types: ['charge.failed'] }, [2, 4]],
    ['of all types of an object', { which: 'all', types: ['charge.*'] }, [1, 2, 3, 4, 5]],
    ['of types it does not ask for: none', { which: 'all', types: ['refund.created'] }, []],
    ['from a seq', { which: 'all', seq: { gte: 3 } }, [3, 4, 5]],
    ['of a range of seqs', { which: 'missing', seq: { gte: 2, lte: 4 } }, [2, 4]],
  ] as const)
    test(`sends ${what}`, async () => {
      const { id } = await prepare()
      expect((await again(id, body)).body['count']).toBe(want.length)
      for (let at = 0; at < 3; at++) await world.deliver()
      expect(sent()).toEqual(want)
    })

  test('sends what was since a time', async () => {
    const { id, begin } = await prepare()
    expect((await again(id, { created: { gte: begin + 4 * 3600 } })).body['count']).toBe(1)
    expect((await again(id, { which: 'all', created: { lt: begin + 2 * 3600 }, dry_run: true })).body['count']).toBe(2)
  })

  for (const [what, body, code, param] of [
    ['an unknown endpoint', { webhook_endpoint: 'we_none' }, 'resource_missing', 'webhook_endpoint'],
    ['a range that ends before it begins', { seq: { gte: 3, lte: 2 } }, 'parameter_invalid', 'seq[lte]'],
    ['an unknown choice', { which: 'some' }, 'parameter_invalid', 'which'],
  ] as const)
    test(`400 for ${what}`, async () => {
      const { id } = await world.endpoint({ url: receiver.url }, as())
      expect((await again(id, body)).body.error).toMatchObject({ code, param })
    })

  test("400 for another merchant's endpoint, as if it never was", async () => {
    const { id } = await world.endpoint({ url: receiver.url }, key('acct_other'))
    expect((await again(id)).body.error).toMatchObject({ code: 'resource_missing', param: 'webhook_endpoint' })
    await world.call(key('acct_other'), { method: 'DELETE', url: `/v1/webhook_endpoints/${id}` })
  })
})

describe('GET /events/deliveries', () => {
  test('lists by pages both ways, newest first, and by endpoint, event, type, status and time', async () => {
    const { id: one } = await world.endpoint({ url: receiver.url, delivery: { concurrency: 32 } }, as())
    const { id: two } = await world.endpoint({ url: 'http://127.0.0.1:1024/', enabled_events: ['charge.failed'] }, as())
    await store('charge.succeeded', 'charge.failed', 'charge.succeeded')
    await exhaust()
    const all = await list()
    expect(seqs(all)).toEqual([3, 2, 2, 1])
    const first = await get('/events/deliveries?limit=2')
    const next = await get(`/events/deliveries?limit=2&starting_after=${first.data[1]?.id}`)
    const back = await get(`/events/deliveries?limit=2&ending_before=${next.data[0]?.id}`)
    expect([...first.data, ...next.data]).toEqual(all)
    expect([first['has_more'], next['has_more'], back.data]).toEqual([true, false, first.data])
    expect(seqs(await list(`&webhook_endpoint=${one}`))).toEqual([3, 2, 1])
    expect(seqs(await list(`&webhook_endpoint=${two}`))).toEqual([2])
    expect(seqs(await list(`&event=${String(all[3]?.['event'])}`))).toEqual([1])
    expect(seqs(await list('&event=evt_none'))).toEqual([])
    expect(seqs(await list('&event_type=charge.failed'))).toEqual([2, 2])
    expect(seqs(await list('&status=failed'))).toEqual([2])
    expect(seqs(await list('&status=pending'))).toEqual([])
    expect(seqs(await list('&created[gte]=1'))).toEqual([3, 2, 2, 1])
    expect(seqs(await list('&created[lt]=1'))).toEqual([])
  })

  test('lists by pages both ways what was sent of an object, and of what belongs to it', async () => {
    const { id: one } = await world.endpoint({ url: receiver.url }, as())
    await world.endpoint({ url: receiver.url, enabled_events: ['charge.*'] }, as())
    await world.store(
      [
        { type: 'payment_intent.created', object: { id: 'pi_1' } },
        { type: 'charge.succeeded', object: { id: 'ch_1', payment_intent: 'pi_1' } },
        { type: 'charge.succeeded', object: { id: 'ch_2', payment_intent: 'pi_2' } },
      ],
      { merchant, mode: 'test' },
    )
    const all = await list('&related_object=pi_1')
    expect(seqs(all)).toEqual([2, 2, 1])
    const first = await get('/events/deliveries?related_object=pi_1&limit=2')
    const next = await get(`/events/deliveries?related_object=pi_1&limit=2&starting_after=${first.data[1]?.id}`)
    const back = await get(`/events/deliveries?related_object=pi_1&limit=2&ending_before=${next.data[0]?.id}`)
    expect([...first.data, ...next.data]).toEqual(all)
    expect([first['has_more'], next['has_more'], back.data]).toEqual([true, false, first.data])
    expect(seqs(await list(`&related_object=pi_1&webhook_endpoint=${one}`))).toEqual([2, 1])
    expect(seqs(await list('&related_object=pi_1&event_type=charge.succeeded&status=pending'))).toEqual([2, 2])
    expect(seqs(await list(`&related_object=pi_1&event=${String(all[2]?.['event'])}`))).toEqual([1])
    expect(seqs(await list('&related_object=pi_1&created[lt]=1'))).toEqual([])
    expect((await get('/events/deliveries?related_object=pi_1', key('acct_other'))).data).toEqual([])
  })

  test('400 report_too_large: more than the database can look through in the time it is given', () =>
    world.database.owner.transaction(async (sql) => {
      await sql`lock table events.deliveries in access exclusive mode`
      const { listWebhookDeliveries } = deliveryHandlers({ db: world.database.db, timeoutMs: 50 })
      const call = { principal: as(), query: { related_object: 'cus_1', status: 'failed' } } as never
      await expect(listWebhookDeliveries(call)).rejects.toMatchObject({ code: 'report_too_large' })
    }))
})

test("the ledger's events go nowhere again by a key that may not read it, though the endpoint was once sent them", async () => {
  const url = `${receiver.url}/books`
  const { body: endpoint } = await post('/v1/webhook_endpoints', { url, enabled_events: ['ledger.*'] })
  await store('ledger.account.created')
  await world.deliver()
  await post(`/v1/webhook_endpoints/${endpoint.id}`, { enabled_events: ['charge.succeeded'] })
  const blind = { ...as(), scopes: ['webhooks:write', 'events:read'] } as const
  const [delivery] = await list()
  const again = await post(`/events/deliveries/${String(delivery?.['id'])}/resend`, {}, blind)
  expect([again.status, again.body.error?.code]).toEqual([403, 'more_permissions_required'])
  const all = { webhook_endpoint: endpoint.id, which: 'all' }
  expect((await post('/events/deliveries/resend', all, blind)).body.count).toBe(0)
  expect((await post('/events/deliveries/resend', all)).body.count).toBe(1)

  // What still waits would go to a new address.
  const elsewhere = { url: `${receiver.url}/elsewhere` }
  const moved = await post(`/v1/webhook_endpoints/${endpoint.id}`, elsewhere, blind)
  expect([moved.status, moved.body.error?.code]).toEqual([403, 'more_permissions_required'])
  await world.deliver()
  expect((await post(`/v1/webhook_endpoints/${endpoint.id}`, elsewhere, blind)).status).toBe(200)
})
