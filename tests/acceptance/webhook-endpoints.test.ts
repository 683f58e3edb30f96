import { eventually } from '@micro/testing'
import type Stripe from 'stripe'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest'
import { receiver as startReceiver, type Received } from '../e2e/listener.ts'
import { errorOf, openAcceptance, type Acceptance } from './sdk.fixture.ts'

let sdk: Acceptance
let stripe: Stripe
let receiver: Awaited<ReturnType<typeof startReceiver>>
beforeAll(async () => {
  sdk = await openAcceptance()
  stripe = sdk.mine.stripe
})
afterAll(() => sdk?.stop())
beforeEach(async () => {
  receiver = await startReceiver()
})
afterEach(async () => {
  for await (const { id } of stripe.webhookEndpoints.list()) await stripe.webhookEndpoints.del(id)
  receiver.close()
})

const pay = (amount = 5000) =>
  stripe.paymentIntents.create({
    amount,
    currency: 'usd',
    payment_method: 'pm_card_visa',
    confirm: true,
  })
const construct = ({ body, headers }: Received, secret: string): Stripe.Event =>
  stripe.webhooks.constructEvent(body, String(headers['stripe-signature']), secret)
const own = (path: string, params: Record<string, unknown> = {}) =>
  stripe.rawRequest('POST', path, params) as unknown as Promise<Record<string, unknown>>

describe('webhook endpoints', () => {
  test('are made, changed, listed and deleted by the SDK, and tell their secret once', async () => {
    const made = await stripe.webhookEndpoints.create({
      url: receiver.url,
      enabled_events: ['payment_intent.succeeded'],
      description: 'shop',
      metadata: { a: '1' },
    })
    expect(made).toMatchObject({ object: 'webhook_endpoint', status: 'enabled', livemode: false, metadata: { a: '1' } })
    expect(made.secret).toMatch(/^whsec_/)
    const changed = await stripe.webhookEndpoints.update(made.id, { disabled: true, metadata: { a: null, b: '2' } })
    expect(changed).toMatchObject({ status: 'disabled', metadata: { b: '2' }, description: 'shop' })
    expect(changed).not.toHaveProperty('secret')
    expect((await stripe.webhookEndpoints.list()).data.map(({ id }) => id)).toEqual([made.id])
    expect(await stripe.webhookEndpoints.del(made.id)).toEqual(
      expect.objectContaining({ id: made.id, object: 'webhook_endpoint', deleted: true }),
    )
    expect(await errorOf(stripe.webhookEndpoints.retrieve(made.id))).toMatchObject({ statusCode: 404 })
  })

  test('refuse what leads inside, and where Micro itself listens', async () => {
    // In a container of its own the events service sees the gateway under another address, which is a private one.
    const own = inject('way') === 'compose' ? 'http://172.18.0.2:8080/v1/charges' : `${sdk.url}/v1/charges`
    for (const url of [own, 'http://169.254.169.254/', 'http://10.0.0.1/', 'http://[fe80::1]/'])
      expect(await errorOf(stripe.webhookEndpoints.create({ url, enabled_events: ['*'] }))).toMatchObject({
        statusCode: 400,
        code: 'url_invalid',
        param: 'url',
      })
  })
})

describe('a payment', () => {
  test('reaches the endpoint as events that the SDK believes, in the shape the API shows them', async () => {
    const { secret = '' } = await stripe.webhookEndpoints.create({ url: receiver.url, enabled_events: ['*'] })
    const intent = await pay()
    await eventually(() => expect(receiver.received.length).toBeGreaterThanOrEqual(3))
    const events = receiver.received.map((each) => construct(each, secret))
    expect(new Set(events.map(({ type }) => type))).toEqual(
      new Set(['payment_intent.created', 'payment_intent.succeeded', 'charge.succeeded']),
    )
    const succeeded = events.find(({ type }) => type === 'payment_intent.succeeded')
    expect(succeeded).toMatchObject({ data: { object: { id: intent.id } } })
    const { pending_webhooks: _, ...shown } = await stripe.events.retrieve(succeeded?.id ?? '')
    expect(succeeded).toMatchObject(JSON.parse(JSON.stringify(shown)) as object)
    await eventually(async () => expect((await stripe.events.retrieve(succeeded?.id ?? '')).pending_webhooks).toBe(0))
  })

  test('of test mode reaches no endpoint of live mode', async () => {
    const live = await sdk.mine.liveStripe.webhookEndpoints.create({ url: receiver.url, enabled_events: ['*'] })
    const other = await startReceiver()
    await stripe.webhookEndpoints.create({ url: other.url, enabled_events: ['payment_intent.succeeded'] })
    await pay()
    await eventually(() => expect(other.received).toHaveLength(1))
    expect(receiver.received).toEqual([])
    await sdk.mine.liveStripe.webhookEndpoints.del(live.id)
    other.close()
  })

  test('is signed with both secrets after a rotation, so that no receiver has to change at that moment', async () => {
    const { id, secret: before = '' } = await stripe.webhookEndpoints.create({
      url: receiver.url,
      enabled_events: ['charge.succeeded'],
    })
    const after = String((await own(`/v1/webhook_endpoints/${id}/rotate_secret`))['secret'])
    await pay()
    await eventually(() => expect(receiver.received).toHaveLength(1))
    for (const secret of [before, after]) expect(construct(receiver.received[0]!, secret).type).toBe('charge.succeeded')
    expect(() => construct(receiver.received[0]!, 'whsec_other')).toThrow('No signatures found')
  })
})

describe("Micro's own", () => {
  test('test of an endpoint sends it a signed event, and tells what it answered', async () => {
    const { id, secret = '' } = await stripe.webhookEndpoints.create({ url: receiver.url, enabled_events: ['*'] })
    const answer = await own(`/v1/webhook_endpoints/${id}/test`)
    expect(answer).toMatchObject({
      object: 'webhook_test',
      event_type: 'webhook_endpoint.ping',
      result: { delivered: true, status: 200, error: null, response: { body: 'ok' } },
    })
    expect(construct(receiver.received[0]!, secret).type).toBe('webhook_endpoint.ping')
    expect(await stripe.rawRequest('GET', `/events/deliveries?webhook_endpoint=${id}`)).toMatchObject({ data: [] })
  })

  test('resending brings one event again, to the endpoint that is named, under the same id', async () => {
    const { id } = await stripe.webhookEndpoints.create({ url: receiver.url, enabled_events: ['charge.succeeded'] })
    await pay()
    await eventually(() => expect(receiver.received).toHaveLength(1))
    const event = receiver.received[0]!.event.id
    expect(await own(`/v1/events/${event}/retry`, { webhook_endpoint: id })).toMatchObject({ id: event })
    await eventually(() => expect(receiver.received).toHaveLength(2))
    expect(receiver.received[1]!.event.id).toBe(event)
    expect(
      await errorOf(stripe.rawRequest('POST', `/v1/events/${event}/retry`, { webhook_endpoint: 'we_none' })),
    ).toMatchObject({ statusCode: 400, code: 'resource_missing', param: 'webhook_endpoint' })
  })
})
