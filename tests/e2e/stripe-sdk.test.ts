import { eventually } from '@micro/testing'
import Stripe from 'stripe'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newMerchant, type Caller } from './api.ts'
import { openPlatform, type Platform } from './platform.ts'

let platform: Platform
let stripe: Stripe
let session: Caller
beforeAll(async () => {
  platform = await openPlatform()
  const merchant = await newMerchant(platform.url)
  session = merchant.session
  const { hostname, port } = new URL(platform.url)
  stripe = new Stripe(merchant.key, { host: hostname, port, protocol: 'http', telemetry: false })
})
afterAll(() => platform?.stop())

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

test('the official SDK pages through lists by itself', async () => {
  const made: string[] = []
  for (let at = 0; at < 7; at++)
    made.push((await stripe.paymentIntents.create({ amount: 5000 + at, currency: 'eur' })).id)
  const listed: string[] = []
  for await (const intent of stripe.paymentIntents.list({ limit: 3 })) listed.push(intent.id)
  expect(listed.slice(0, 7)).toEqual(made.toReversed())
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
  const { hostname, port } = new URL(platform.url)
  const stranger = new Stripe('sk_test_wrong', { host: hostname, port, protocol: 'http', telemetry: false })
  await expect(stranger.paymentIntents.list()).rejects.toMatchObject({ type: 'StripeAuthenticationError' })
})

test('it recognises a missing permission and an expired key as its own exceptions', async () => {
  const { hostname, port } = new URL(platform.url)
  const body = { environment: 'test', scopes: ['events:read'] }
  const made = (await session('POST', '/auth/api_keys', { body })).body
  const restricted = new Stripe(String(made['key']), { host: hostname, port, protocol: 'http', telemetry: false })
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
