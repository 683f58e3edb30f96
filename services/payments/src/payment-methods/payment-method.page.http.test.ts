import { afterAll, beforeAll, expect, test } from 'vitest'
import { createBench, type Bench } from '../payments.fixture.ts'

let bench: Bench
beforeAll(async () => {
  bench = await createBench()
})
afterAll(() => bench[Symbol.asyncDispose]())

const create = (card: object, more: object = {}, key?: string) =>
  bench.call('/v1/payment_methods', {
    publishable: true,
    body: { type: 'card', card, ...more },
    ...(key === undefined ? {} : { key }),
  })

test("a payer's page makes a payment method of its token, sees no fingerprint of it, and it pays an intent", async () => {
  const visa = { number: '4242424242424242', exp_month: '12', exp_year: '2035', cvc: '123' }
  const token = await bench.call('/v1/tokens', { publishable: true, body: { card: visa } })
  const made = await create({ token: token.body.id }, { billing_details: { name: 'Ada' }, metadata: { margin: '40' } })
  expect(made.status).toBe(200)
  expect(made.body).toMatchObject({
    object: 'payment_method',
    billing_details: { name: 'Ada' },
    card: { last4: '4242' },
  })
  expect(made.text).not.toMatch(/fingerprint|margin/)
  const intent = (await bench.call('/v1/payment_intents', { body: { amount: 1999, currency: 'usd' } })).body
  const paid = await bench.call(`/v1/payment_intents/${intent.id}/confirm`, {
    publishable: true,
    body: { client_secret: intent.client_secret, payment_method: made.body.id },
  })
  expect(paid.body.status).toBe('succeeded')
})

test('it neither reads nor changes nor attaches one, and sends no card number', async () => {
  const { id } = (await create({ token: 'tok_visa' })).body
  const { id: customer } = (await bench.call('/v1/customers', { body: {} })).body
  for (const [path, body] of [
    [`/v1/payment_methods/${id}`, undefined],
    [`/v1/payment_methods/${id}`, { billing_details: { name: 'Eve' } }],
    [`/v1/payment_methods/${id}/attach`, { customer }],
    [`/v1/payment_methods?customer=${customer}`, undefined],
  ] as const)
    expect((await bench.call(path, { publishable: true, ...(body === undefined ? {} : { body }) })).status).toBe(403)
  const refused = await create({ number: '4242424242424242' })
  expect(refused.body.error['code']).toBe('card_number_refused')
})

test("its idempotency keys are none of the server's, and repeats show no more", async () => {
  const first = await create({ token: 'tok_visa' }, {}, 'same')
  expect((await create({ token: 'tok_visa' }, {}, 'same')).text).toBe(first.text)
  const body = { type: 'card', card: { token: 'tok_visa' } }
  const own = await bench.call('/v1/payment_methods', { body, key: 'same' })
  expect([own.status, own.body.id === first.body.id]).toEqual([200, false])
})
