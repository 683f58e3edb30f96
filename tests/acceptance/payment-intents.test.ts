import { eventually } from '@micro/testing'
import type Stripe from 'stripe'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { errorOf, openAcceptance, type Acceptance } from './sdk.fixture.ts'

let sdk: Acceptance
let stripe: Stripe
beforeAll(async () => {
  sdk = await openAcceptance()
  stripe = sdk.mine.stripe
})
afterAll(() => sdk?.stop())

test('the official SDK, unmodified, creates, confirms, retrieves and cancels payment intents', async () => {
  const created = await stripe.paymentIntents.create({
    amount: 1999,
    currency: 'usd',
    metadata: { order: '42' },
    automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
  })
  expect(created).toMatchObject({
    object: 'payment_intent',
    status: 'requires_payment_method',
    metadata: { order: '42' },
    livemode: false,
  })
  const confirmed = await stripe.paymentIntents.confirm(created.id, { payment_method: 'pm_card_visa' })
  expect(confirmed).toMatchObject({ id: created.id, status: 'succeeded', amount_received: 1999 })
  expect((await stripe.paymentIntents.retrieve(created.id)).latest_charge).toBe(confirmed.latest_charge)
  const other = await stripe.paymentIntents.create({ amount: 1999, currency: 'usd' })
  expect(await stripe.paymentIntents.cancel(other.id, { cancellation_reason: 'abandoned' })).toMatchObject({
    status: 'canceled',
    cancellation_reason: 'abandoned',
  })
})

test('the official SDK pages through lists by itself, both ways', async () => {
  const made: string[] = []
  for (let at = 0; at < 7; at++)
    made.push((await stripe.paymentIntents.create({ amount: 5000 + at, currency: 'eur' })).id)
  const listed: string[] = []
  for await (const intent of stripe.paymentIntents.list({ limit: 3 })) listed.push(intent.id)
  expect(listed.slice(0, 7)).toEqual(made.toReversed())

  // Backwards it goes towards what is newer, from the oldest of these.
  const [oldest = '', ...newer] = made
  const backwards: string[] = []
  for await (const intent of stripe.paymentIntents.list({ limit: 3, ending_before: oldest })) backwards.push(intent.id)
  expect(backwards).toEqual(newer)
  const all = await stripe.paymentIntents.list({ limit: 2, ending_before: oldest }).autoPagingToArray({ limit: 100 })
  expect(all.map(({ id }) => id)).toEqual(newer)
})

test('the official SDK gets its own error classes', async () => {
  const declined = stripe.paymentIntents.create({
    amount: 5000,
    currency: 'usd',
    payment_method: 'pm_card_visa_chargeDeclinedInsufficientFunds',
    confirm: true,
  })
  await expect(declined).rejects.toMatchObject({
    type: 'StripeCardError',
    code: 'card_declined',
    decline_code: 'insufficient_funds',
    statusCode: 402,
  })
  await expect(stripe.paymentIntents.retrieve('pi_unknown')).rejects.toMatchObject({
    type: 'StripeInvalidRequestError',
    code: 'resource_missing',
  })
  await expect(stripe.paymentIntents.create({ amount: 1, currency: 'usd' })).rejects.toMatchObject({
    code: 'amount_too_small',
    param: 'amount',
  })
  await expect(sdk.client('sk_test_wrong').paymentIntents.list()).rejects.toMatchObject({
    type: 'StripeAuthenticationError',
  })
})

test('it recognises a missing permission and an expired key as its own exceptions', async () => {
  const { session } = sdk.mine
  const body = { environment: 'test', scopes: ['events:read'] }
  const made = (await session('POST', '/auth/api_keys', { body })).body
  const restricted = sdk.client(String(made['key']))
  expect((await restricted.events.list()).object).toBe('list')
  await expect(restricted.paymentIntents.list()).rejects.toMatchObject({
    type: 'StripePermissionError',
    rawType: 'invalid_request_error',
    statusCode: 403,
  })
  await session('POST', `/auth/api_keys/${made.id}/roll`, { body: { expires_in: 0 } })
  await eventually(() =>
    expect(restricted.events.list()).rejects.toMatchObject({
      type: 'StripeAuthenticationError',
      code: 'api_key_expired',
    }),
  )
})

test('it expands what it is asked to, in single objects and in lists, and says what cannot be', async () => {
  const paid = await stripe.paymentIntents.create({
    amount: 2500,
    currency: 'usd',
    payment_method: 'pm_card_visa',
    confirm: true,
    expand: ['latest_charge'],
  })
  expect(paid.latest_charge).toMatchObject({ object: 'charge', amount: 2500, payment_intent: paid.id })
  const { data } = await stripe.paymentIntents.list({ limit: 1, expand: ['data.latest_charge.payment_intent'] })
  expect(data).toMatchObject([{ latest_charge: { object: 'charge', payment_intent: { id: paid.id } } }])
  expect(await errorOf(stripe.paymentIntents.retrieve(paid.id, { expand: ['amount'] }))).toMatchObject({
    type: 'StripeInvalidRequestError',
    message: 'This property cannot be expanded (amount).',
  })
})

test("another merchant's payment intents are unknown to it", async () => {
  const { id } = await stripe.paymentIntents.create({ amount: 5000, currency: 'usd' })
  for (const other of [sdk.theirs.stripe, sdk.mine.liveStripe])
    expect(await errorOf(other.paymentIntents.retrieve(id))).toMatchObject({ code: 'resource_missing' })
})
