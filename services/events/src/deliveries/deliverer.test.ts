import { verifySignatureHeader } from '@micro/signing'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { key, startReceiver, webhookWorld, type Receiver, type WebhookWorld } from '../webhooks.fixture.ts'

let world: WebhookWorld
let receiver: Receiver

beforeEach(async () => {
  world = await webhookWorld()
  receiver = await startReceiver()
})
afterEach(async () => {
  await receiver[Symbol.asyncDispose]()
  await world[Symbol.asyncDispose]()
})

const second = 1000
const hour = 3600 * second
const deliveries = async (query = '', as = key()) => {
  const { body } = await world.call(as, { url: `/events/deliveries?limit=100${query}` })
  return body.data
}
const one = async () => (await deliveries()).at(0)
const secretOf = async (id: string) =>
  (await world.call(key(), { method: 'POST', url: `/v1/webhook_endpoints/${id}/rotate_secret`, body: {} })).body.secret

describe('an event', () => {
  test('is sent once to every endpoint that asks for it, and to no other', async () => {
    await world.endpoint({ url: `${receiver.url}/all` })
    await world.endpoint({ url: `${receiver.url}/charges`, enabled_events: ['charge.*'] })
    await world.endpoint({ url: `${receiver.url}/one`, enabled_events: ['charge.failed', 'refund.created'] })
    const off = await world.endpoint({ url: `${receiver.url}/off` })
    await world.call(key(), { method: 'POST', url: `/v1/webhook_endpoints/${off.id}`, body: { disabled: true } })
    const gone = await world.endpoint({ url: `${receiver.url}/gone` })
    await world.call(key(), { method: 'DELETE', url: `/v1/webhook_endpoints/${gone.id}` })
    await world.endpoint({ url: `${receiver.url}/live` }, key('acct_a', 'live'))
    await world.endpoint({ url: `${receiver.url}/theirs` }, key('acct_b'))
    await world.store(['charge.succeeded', 'refund.created', 'charges.made_up'].map((type) => ({ type })))
    await world.deliver()
    await world.deliver()
    expect(receiver.received.map(({ path, body }) => `${path} ${JSON.parse(body).type}`).toSorted()).toEqual([
      '/all charge.succeeded',
      '/all charges.made_up',
      '/all refund.created',
      '/charges charge.succeeded',
      '/one refund.created',
    ])
  })

  test('is sent as Stripe does: indented JSON, signed at that moment', async () => {
    const { secret } = await world.endpoint({ url: `${receiver.url}/hook?a=b`, api_version: '2025-01-27.acacia' })
    await world.store([{ id: 'evt_A', type: 'charge.succeeded', object: { id: 'ch_1', object: 'charge' } }])
    world.clock.advance(100 * second)
    await world.deliver()
    const [{ path, headers, body } = { path: '', headers: {}, body: '' }] = receiver.received
    const event = JSON.parse(body)
    expect(event).toMatchObject({
      id: 'evt_A',
      object: 'event',
      api_version: '2025-01-27.acacia',
      type: 'charge.succeeded',
      data: { object: { id: 'ch_1' } },
      pending_webhooks: 1,
    })
    expect(body).toBe(JSON.stringify(event, null, 2))
    expect([path, headers['content-type']]).toEqual(['/hook?a=b', 'application/json; charset=utf-8'])
    const header = String(headers['stripe-signature'])
    const now = world.clock.now().getTime() / second
    expect(header).toMatch(new RegExp(`^t=${now},v1=[0-9a-f]{64}$`))
    expect(verifySignatureHeader({ header, payload: body, secret, now })).toBe(true)
    expect(headers['webhook-id']).toBe(undefined)
  })

  test('is signed anew each time, and with both secrets while the earlier one counts', async () => {
    receiver.answer = (response) => void response.writeHead(500).end()
    const { id, secret: first } = await world.endpoint({ url: receiver.url, delivery: { signature: 'both' } })
    await world.store([{}])
    await world.deliver()
    const second_ = await secretOf(id)
    world.clock.advance(10 * second)
    await world.deliver()
    world.clock.advance(25 * hour)
    await world.deliver()
    const signed = receiver.received.map(({ headers, body }) => {
      const header = String(headers['stripe-signature'])
      const now = Number(/t=(\d+)/.exec(header)?.[1])
      const by = (secret: string) => verifySignatureHeader({ header, payload: body, secret, now })
      return [by(first), by(second_), String(headers['webhook-signature']).split(' ').length]
    })
    expect(signed).toEqual([
      [true, false, 1],
      [true, true, 2],
      [false, true, 1],
    ])
    expect(receiver.received.map(({ headers }) => headers['micro-attempt'])).toEqual(['1', '2', '3'])
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1)
  })

  test('says to how many endpoints it is still to be sent', async () => {
    await world.endpoint({ url: receiver.url })
    const dead = await world.endpoint({ url: 'http://127.0.0.1:1024/' })
    await world.store([{ id: 'evt_P' }])
    const pending = async () => (await world.call(key(), { url: '/v1/events/evt_P' })).body['pending_webhooks']
    expect(await pending()).toBe(2)
    await world.deliver()
    expect(await pending()).toBe(1)
    expect((await world.call(key(), { url: '/v1/events' })).body.data[0]?.['pending_webhooks']).toBe(1)
    await world.call(key(), { method: 'DELETE', url: `/v1/webhook_endpoints/${dead.id}` })
    await world.parts.cleanup.round()
    expect(await pending()).toBe(0)
  })
})

describe('what fails', () => {
  for (const [what, answer] of [
    ['a 500', (response) => void response.writeHead(500).end('no')],
    ['a 404', (response) => void response.writeHead(404).end()],
    ['a redirect', (response) => void response.writeHead(302, { location: 'http://127.0.0.1:1024/' }).end()],
    ['a connection broken off', (response) => void response.socket?.destroy()],
  ] as const satisfies readonly (readonly [string, Receiver['answer']])[])
    test(`${what} is tried again by the schedule, then given up and kept`, async () => {
      receiver.answer = answer
      await world.endpoint({ url: receiver.url })
      await world.store([{}])
      await world.deliver()
      await world.deliver()
      expect(receiver.received).toHaveLength(1)
      expect(await one()).toMatchObject({ status: 'pending', attempts: 1, next_attempt: 1_767_225_605 })
      world.clock.advance(5 * second)
      await world.deliver()
      world.clock.advance(119 * second)
      await world.deliver()
      expect(receiver.received).toHaveLength(2)
      world.clock.advance(second)
      await world.deliver()
      expect(await one()).toMatchObject({ status: 'failed', attempts: 3, next_attempt: null, delivered: null })
      world.clock.advance(1000 * hour)
      await world.deliver()
      expect(receiver.received).toHaveLength(3)
    })

  test('in live mode for three days is given up, and the endpoint disabled after five, with an event about it', async () => {
    const as = key('acct_a', 'live')
    const tenant = { merchant: 'acct_a', mode: 'live' } as const
    receiver.answer = (response, { path }) => void response.writeHead(path === '/broken' ? 503 : 200).end()
    const broken = await world.endpoint({ url: `${receiver.url}/broken`, enabled_events: ['charge.succeeded'] }, as)
    await world.endpoint({ url: `${receiver.url}/fine` }, as)
    await world.store([{}], tenant)
    for (let hours = 0; hours < 119; hours++) {
      await world.deliver()
      world.clock.advance(hour)
      if (hours === 90) await world.store([{}], tenant)
    }
    const find = async () => (await world.call(as, { url: `/v1/webhook_endpoints/${broken.id}` })).body
    expect(await find()).toMatchObject({ status: 'enabled', failing_since: 1_767_225_600 })
    const [, first] = await deliveries(`&webhook_endpoint=${broken.id}`, as)
    expect(first).toMatchObject({ status: 'failed', attempts: 10, last_status: 503, last_error: 'it answered 503' })
    for (let hours = 0; hours < 24; hours++) {
      world.clock.advance(hour)
      await world.deliver()
    }
    expect(await find()).toMatchObject({ status: 'disabled', disabled_reason: 'failing' })
    await world.deliver()
    const told = receiver.received.filter(({ body }) => body.includes('webhook_endpoint.disabled'))
    expect(told.map(({ path }) => path)).toEqual(['/fine'])
    expect(JSON.parse(told[0]?.body ?? '').data.object).toMatchObject({ id: broken.id, disabled_reason: 'failing' })
    expect(told[0]?.body).not.toContain('whsec_')
    const before = receiver.received.length
    await world.store([{}], tenant)
    await world.deliver()
    expect(receiver.received.slice(before).map(({ path }) => path)).toEqual(['/fine'])
  })

  test('by 410 disables the endpoint at once; what waited is given up and can be seen', async () => {
    receiver.answer = (response) => void response.writeHead(410).end()
    const { id } = await world.endpoint({ url: receiver.url, delivery: { concurrency: 1 } })
    await world.store([{}, {}, {}])
    await world.deliver()
    const { body } = await world.call(key(), { url: `/v1/webhook_endpoints/${id}` })
    expect(body).toMatchObject({ status: 'disabled', disabled_reason: 'gone' })
    await world.deliver()
    expect(receiver.received).toHaveLength(1)
    await world.parts.cleanup.round()
    expect((await deliveries()).map((each) => each['last_error'])).toEqual([
      'the endpoint is disabled',
      'the endpoint is disabled',
      'it answered 410',
    ])
  })

  test('waits as long as Retry-After asks', async () => {
    receiver.answer = (response) => void response.writeHead(429, { 'retry-after': '300' }).end()
    await world.endpoint({ url: receiver.url })
    await world.store([{}])
    await world.deliver()
    expect(await one()).toMatchObject({ next_attempt: 1_767_225_600 + 300, last_status: 429 })
  })

  test('by what got through later is forgotten: an endpoint that recovered is as good as new', async () => {
    receiver.answer = (response) => void response.writeHead(500).end()
    const { id } = await world.endpoint({ url: receiver.url })
    await world.store([{}])
    await world.deliver()
    const failing = async () => (await world.call(key(), { url: `/v1/webhook_endpoints/${id}` })).body['failing_since']
    expect(await failing()).toBe(1_767_225_600)
    receiver.answer = (response) => void response.end()
    world.clock.advance(5 * second)
    await world.deliver()
    expect([await failing(), (await one())?.status]).toEqual([null, 'delivered'])
  })

  test('for want of an answer in time', async () => {
    receiver.answer = () => {}
    await world.endpoint({ url: receiver.url, delivery: { timeout: 1 } })
    await world.store([{}])
    await world.deliver()
    expect(await one()).toMatchObject({ status: 'pending', last_status: null, last_error: 'no answer within 1 s' })
  })
})

describe('an answer', () => {
  test('counts by its status, also when its body never ends or is too long', async () => {
    receiver.answer = (response, { path }) => {
      response.writeHead(200, { 'set-cookie': 'session=secret', 'x-long': 'x'.repeat(2000) })
      response.write('y'.repeat(path === '/long' ? 1_000_000 : 10))
    }
    await world.endpoint({ url: `${receiver.url}/long`, delivery: { timeout: 1 } })
    await world.endpoint({ url: `${receiver.url}/endless`, delivery: { timeout: 1 } })
    await world.store([{}])
    await world.deliver()
    for (const delivery of await deliveries()) {
      expect(delivery.status).toBe('delivered')
      const { body } = await world.call(key(), { url: `/events/deliveries/${delivery.id}/attempts` })
      const { response } = body.data[0]!.result
      expect(response.truncated).toBe(true)
      expect(response.body.length).toBeLessThanOrEqual(16 * 1024)
      expect(response.headers['set-cookie']).toBe('[redacted]')
      expect(response.headers['x-long']).toHaveLength(500)
    }
  })

  test('is kept with what was asked, word for word, but for the signature', async () => {
    receiver.answer = (response) => void response.writeHead(422, { 'x-reason': 'why' }).end('not\0 today')
    await world.endpoint({ url: `${receiver.url}/hook` })
    await world.store([{}])
    await world.deliver()
    const { id } = (await one())!
    const { body } = await world.call(key(), { url: `/events/deliveries/${id}/attempts` })
    expect(body.data).toMatchObject([
      {
        object: 'webhook_attempt',
        number: 1,
        manual: false,
        request: { url: `${receiver.url}/hook`, body: receiver.received[0]?.body },
        result: {
          delivered: false,
          status: 422,
          response: { body: 'not\ufffd today', headers: { 'x-reason': 'why' } },
        },
        webhook_delivery: id,
      },
    ])
    expect(body.data[0]?.request.headers['Stripe-Signature']).toMatch(/^t=\d+,v1=\[redacted\]$/)
  })

  test('is shown without what was asked to a key that may not read events', async () => {
    await world.endpoint({ url: receiver.url })
    await world.store([{ object: { id: 'pi_1', client_secret: 'pi_1_secret_2' } }])
    await world.deliver()
    const attempts = { url: `/events/deliveries/${(await one())!.id}/attempts` }
    for (const [scopes, isShown] of [
      [['webhooks:read'], false],
      [['webhooks:write', 'payments:read'], false],
      [['webhooks:read', 'events:read'], true],
      [['*'], true],
    ] as const) {
      const { body } = await world.call({ ...key(), scopes }, attempts)
      expect(JSON.stringify(body).includes('pi_1_secret_2')).toBe(isShown)
      expect(body.data).toMatchObject([
        { request: { url: receiver.url, body: isShown ? receiver.received[0]?.body : null }, result: { status: 200 } },
      ])
    }
  })

  test("is shown without what was asked of the ledger's to a key that may not read that", async () => {
    await world.endpoint({ url: receiver.url, enabled_events: ['ledger.*'] })
    await world.store([{ type: 'ledger.account.created', object: { id: 'petty cash' } }])
    await world.deliver()
    const attempts = { url: `/events/deliveries/${(await one())!.id}/attempts` }
    for (const [scopes, isShown] of [
      [['webhooks:read', 'events:read'], false],
      [['webhooks:read', 'ledger:read'], false],
      [['webhooks:read', 'events:read', 'ledger:read'], true],
    ] as const) {
      const { body } = await world.call({ ...key(), scopes }, attempts)
      expect(JSON.stringify(body).includes('petty cash')).toBe(isShown)
    }
  })
})
