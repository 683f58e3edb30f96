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

const idOf = (named: string | { id: string } | null): string => (typeof named === 'string' ? named : (named?.id ?? ''))

const card = { amount: 1999, currency: 'usd', payment_method: 'pm_card_visa', confirm: true } as const

test('the official SDK authorises, captures a part, and sees it in the charge', async () => {
  const held = await stripe.paymentIntents.create({ ...card, capture_method: 'manual' })
  expect(held).toMatchObject({ status: 'requires_capture', amount_capturable: 1999 })
  const taken = await stripe.paymentIntents.capture(held.id, { amount_to_capture: 500 })
  expect(taken).toMatchObject({ status: 'succeeded', amount_received: 500, amount_capturable: 0 })
  const { latest_charge: charge } = await stripe.paymentIntents.retrieve(held.id, { expand: ['latest_charge'] })
  expect(charge).toMatchObject({ captured: true, amount: 1999, amount_captured: 500 })
  const again = await errorOf(stripe.paymentIntents.capture(held.id))
  expect([again.code, again.payment_intent?.status]).toEqual(['payment_intent_unexpected_state', 'succeeded'])
})

test('the official SDK cancels what was authorised, and updates what was not charged', async () => {
  const held = await stripe.paymentIntents.create({ ...card, capture_method: 'manual' })
  expect((await stripe.paymentIntents.cancel(held.id)).status).toBe('canceled')
  const open = await stripe.paymentIntents.create({ amount: 500, currency: 'usd', metadata: { a: '1', b: '2' } })
  const shipping = { name: 'Ada', address: { line1: 'Street 1', country: 'DE' } }
  const changed = await stripe.paymentIntents.update(open.id, { amount: 700, metadata: { a: '', c: '3' }, shipping })
  expect(changed).toMatchObject({
    amount: 700,
    metadata: { b: '2', c: '3' },
    shipping: { name: 'Ada', address: { line1: 'Street 1', city: null } },
  })
  expect((await stripe.paymentIntents.update(open.id, { metadata: '', shipping: '' })).metadata).toEqual({})
  const refused = await errorOf(stripe.paymentIntents.incrementAuthorization(open.id, { amount: 900 }))
  expect(refused.statusCode).toBe(400)
})

test('3-D Secure: the official SDK is sent to a page, and the payment goes on behind it', async () => {
  const payment_method = 'pm_card_threeDSecure2Required'
  const challenged = await stripe.paymentIntents.create({
    ...card,
    payment_method,
    return_url: 'https://shop.test/done',
  })
  const url = challenged.next_action?.redirect_to_url?.url ?? ''
  expect([challenged.status, url]).toEqual([
    'requires_action',
    expect.stringMatching(/^http:.*\/payments\/authenticate\//),
  ])
  const page = await fetch(url)
  expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
  expect(await page.text()).toContain('19.99 USD')
  const origin = new URL(url).origin
  const headers = { origin, 'content-type': 'application/x-www-form-urlencoded' }
  const done = await fetch(url, { method: 'POST', headers, body: 'action=complete', redirect: 'manual' })
  expect([done.status, done.headers.get('location')]).toEqual([
    303,
    `https://shop.test/done?payment_intent=${challenged.id}&payment_intent_client_secret=${challenged.client_secret ?? ''}&redirect_status=succeeded`,
  ])
  expect((await stripe.paymentIntents.retrieve(challenged.id)).status).toBe('succeeded')
  const declined = await errorOf(
    stripe.paymentIntents.create({ ...card, payment_method, error_on_requires_action: true }),
  )
  expect([declined.type, declined.code, declined.decline_code]).toEqual([
    'StripeCardError',
    'authentication_required',
    'authentication_not_handled',
  ])
})

test('charges: the older way, lists, updates and searches of the official SDK', async () => {
  const made = await stripe.charges.create({ amount: 1999, currency: 'usd', source: 'tok_visa', capture: false })
  expect(made).toMatchObject({ object: 'charge', captured: false, payment_method_details: { card: { last4: '4242' } } })
  expect(await stripe.charges.capture(made.id, { amount: 1000 })).toMatchObject({ amount_captured: 1000 })
  const metadata = { order: 'seven' }
  expect((await stripe.charges.update(made.id, { metadata, description: 'Tea' })).description).toBe('Tea')
  const listed = await stripe.charges.list({ payment_intent: idOf(made.payment_intent) })
  expect(listed.data.map(({ id }) => id)).toEqual([made.id])
  const query = 'metadata["order"]:"seven" AND amount>=1000'
  expect((await stripe.charges.search({ query })).data.map(({ id }) => id)).toEqual([made.id])
  const found: string[] = []
  for await (const { id } of stripe.paymentIntents.search({ query: 'status:"succeeded"', limit: 1 })) found.push(id)
  expect(found.length).toBeGreaterThan(2)
})

test('a card is kept for its customer when that was agreed on, and pays again without them', async () => {
  const customer = await stripe.customers.create({ name: 'Ada' })
  const first = await stripe.paymentIntents.create({
    ...card,
    customer: customer.id,
    setup_future_usage: 'off_session',
  })
  const kept = idOf(first.payment_method)
  expect((await stripe.customers.listPaymentMethods(customer.id)).data.map(({ id }) => id)).toEqual([kept])
  const again = { ...card, customer: customer.id, payment_method: kept, off_session: true }
  expect((await stripe.paymentIntents.create(again)).status).toBe('succeeded')
  const spent = idOf((await stripe.paymentIntents.create(card)).payment_method)
  const refused = await errorOf(stripe.paymentIntents.create({ ...card, payment_method: spent }))
  expect([refused.statusCode, refused.param]).toEqual([400, 'payment_method'])
})
