import type Stripe from 'stripe'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { errorOf, openAcceptance, type Acceptance } from './sdk.fixture.ts'

let sdk: Acceptance
let page: Stripe
beforeAll(async () => {
  sdk = await openAcceptance()
  page = sdk.client(String((await sdk.mine.test('GET', '/auth/me')).body['publishable_key']))
})
afterAll(() => sdk?.stop())

const card = { number: '4242424242424242', exp_month: '12', exp_year: '2050', cvc: '314', name: 'Ada' }

test('the official SDK with a publishable key makes a token, and with the secret key a payment method of it', async () => {
  const token = await page.tokens.create({ card })
  expect(token).toMatchObject({ object: 'token', used: false, card: { last4: '4242', brand: 'Visa' } })
  const method = await sdk.mine.stripe.paymentMethods.create({ type: 'card', card: { token: token.id } })
  expect(method).toMatchObject({ card: { last4: '4242', exp_year: 2050 }, billing_details: { name: 'Ada' } })
  expect((await sdk.mine.stripe.tokens.retrieve(token.id)).used).toBe(true)
})

test('it reads errors of cards as those of cards, and of keys as those of keys', async () => {
  expect(await errorOf(page.tokens.create({ card: { ...card, exp_month: '13' } }))).toMatchObject({
    type: 'StripeCardError',
    code: 'invalid_expiry_month',
  })
  expect(await errorOf(sdk.mine.stripe.tokens.create({ card }))).toMatchObject({ statusCode: 402 })
  expect(await errorOf(page.customers.list())).toMatchObject({
    type: 'StripePermissionError',
    code: 'secret_key_required',
  })
})

test('it retrieves and confirms a payment intent with publishable key and client secret', async () => {
  const { id, client_secret } = await sdk.mine.stripe.paymentIntents.create({ amount: 5000, currency: 'usd' })
  const given = { client_secret: client_secret ?? '' }
  expect((await page.paymentIntents.retrieve(id, given)).status).toBe('requires_payment_method')
  const confirm = page.paymentIntents.confirm as (id: string, params: object) => Promise<Stripe.PaymentIntent>
  const confirmed = await confirm.call(page.paymentIntents, id, { ...given, payment_method: 'pm_card_visa' })
  expect([confirmed.status, 'metadata' in confirmed]).toEqual(['succeeded', false])
  expect(await errorOf(page.paymentIntents.retrieve(id, { client_secret: `${id}_secret_wrong` }))).toMatchObject({
    statusCode: 404,
    code: 'resource_missing',
  })
})
