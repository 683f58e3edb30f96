import { injector } from '@micro/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createBench, type Bench } from '../payments.fixture.ts'

let bench: Bench
beforeAll(async () => {
  bench = await createBench()
})
afterAll(() => bench[Symbol.asyncDispose]())

const post = async (path: string, body: object = {}) => (await bench.call(path, { body })).body
const money = { amount: 1999, currency: 'usd' }

/** What a payment comes to that nobody is there for. */
const offSession = async (customer: string, payment_method: string): Promise<string> => {
  const { error, status } = await post('/v1/payment_intents', {
    ...{ ...money, customer, payment_method },
    ...{ confirm: true, off_session: true },
  })
  return (error?.['code'] as string | undefined) ?? status
}

/** The card's holder says yes on the page that the intent leads to. */
const authenticate = async (path: string): Promise<void> => {
  const { next_action: action } = (await bench.call(path)).body
  const url = new URL(action?.redirect_to_url?.url ?? '')
  await injector(bench.parts.service)(undefined, {
    method: 'POST',
    url: url.pathname,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: 'action=complete',
  })
}

const card = 'pm_card_authenticationRequiredOnSetup'
const back = { return_url: 'https://shop.test/back' }

test('a card that was only attached is not set up for payments without its holder', async () => {
  const { id: customer } = await post('/v1/customers')
  const { id: method } = await post(`/v1/payment_methods/${card}/attach`, { customer })
  expect(await offSession(customer, method)).toBe('authentication_required')
})

test('a setup intent sets it up, and one for the time its holder is there does not', async () => {
  for (const [usage, want] of [
    ['off_session', 'succeeded'],
    ['on_session', 'authentication_required'],
  ] as const) {
    const { id: customer } = await post('/v1/customers')
    const setup = await post('/v1/setup_intents', { customer, usage, payment_method: card, confirm: true, ...back })
    await authenticate(`/v1/setup_intents/${setup.id}`)
    const { payment_method: method, status } = (await bench.call(`/v1/setup_intents/${setup.id}`)).body
    expect(status).toBe('succeeded')
    expect([usage, await offSession(customer, String(method))]).toEqual([usage, want])
  }
})

test('a payment that its holder agreed to for later ones sets it up, too, new or kept before', async () => {
  for (const kept of [false, true])
    for (const [usage, want] of [
      ['off_session', 'succeeded'],
      ['on_session', 'authentication_required'],
    ] as const) {
      const { id: customer } = await post('/v1/customers')
      const method = kept ? (await post(`/v1/payment_methods/${card}/attach`, { customer })).id : card
      const paid = await post('/v1/payment_intents', {
        ...{ ...money, customer, payment_method: method, confirm: true, ...back },
        setup_future_usage: usage,
      })
      await authenticate(`/v1/payment_intents/${paid.id}`)
      const done = (await bench.call(`/v1/payment_intents/${paid.id}`)).body
      expect(done.status).toBe('succeeded')
      expect([kept, usage, await offSession(customer, String(done.payment_method))]).toEqual([kept, usage, want])
    }
})
