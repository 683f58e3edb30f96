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

const pages = {
  success_url: 'https://shop.test/thanks?session={CHECKOUT_SESSION_ID}',
  cancel_url: 'https://shop.test/cart',
}
const hat = { price_data: { currency: 'usd', unit_amount: 1999, product_data: { name: 'Hat' } }, quantity: 2 }
const pay = ({ url }: Stripe.Checkout.Session, card: string): Promise<Response> =>
  fetch(url ?? '', {
    method: 'POST',
    redirect: 'manual',
    body: new URLSearchParams({ email: 'ada@shop.test', card_number: card, expiry: '12/34', cvc: '314', name: 'Ada' }),
  })

test('the official SDK makes a session, its customer pays on the page, and the SDK sees the payment in it', async () => {
  const price = await stripe.prices.create({ currency: 'usd', unit_amount: 700, product_data: { name: 'Ribbon' } })
  const session = await stripe.checkout.sessions.create({
    mode: 'payment',
    ...pages,
    line_items: [hat, { price: price.id, quantity: 1 }],
    payment_intent_data: { setup_future_usage: 'off_session', metadata: { order: '7' } },
    expand: ['line_items.data.price.product'],
  })
  expect(session).toMatchObject({
    object: 'checkout.session',
    status: 'open',
    amount_total: 4698,
    payment_intent: null,
  })
  const [first] = session.line_items?.data ?? []
  expect(first?.price?.product).toMatchObject({ object: 'product', name: 'Hat' })

  expect((await pay(session, '4000000000000002')).status).toBe(402)
  const paid = await pay(session, '4242424242424242')
  expect([paid.status, paid.headers.get('location')]).toEqual([303, `https://shop.test/thanks?session=${session.id}`])

  const done = await stripe.checkout.sessions.retrieve(session.id, {
    expand: ['payment_intent.latest_charge', 'customer', 'line_items'],
  })
  const intent = done.payment_intent as Stripe.PaymentIntent
  expect([done.status, done.payment_status, intent.status, intent.metadata]).toEqual([
    'complete',
    'paid',
    'succeeded',
    { order: '7' },
  ])
  expect(intent.latest_charge).toMatchObject({ amount: 4698, paid: true })
  const customer = done.customer as Stripe.Customer
  expect(customer.email).toBe('ada@shop.test')
  expect((await stripe.customers.listPaymentMethods(customer.id)).data).toHaveLength(1)
  expect((await stripe.checkout.sessions.list({ payment_intent: intent.id })).data.map(({ id }) => id)).toEqual([
    session.id,
  ])
  const events = await stripe.events.list({ type: 'checkout.session.completed' })
  expect(events.data.map(({ data }) => (data.object as Stripe.Checkout.Session).id)).toEqual([session.id])
  const items: string[] = []
  for await (const item of stripe.checkout.sessions.listLineItems(session.id, { limit: 1 }))
    items.push(item.description ?? '')
  expect(items).toEqual(['Hat', 'Ribbon'])
})

test('an expired session takes no money, and says so', async () => {
  const session = await stripe.checkout.sessions.create({ mode: 'payment', ...pages, line_items: [hat] })
  expect((await stripe.checkout.sessions.expire(session.id)).status).toBe('expired')
  const again = await errorOf(stripe.checkout.sessions.expire(session.id))
  expect([again.statusCode, again.code]).toEqual([400, 'checkout_session_not_open'])
  const refused = await pay(session, '4242424242424242')
  expect([refused.status, await refused.text()]).toEqual([200, expect.stringContaining('has expired')])
})

test('what Micro does not do is refused by its name, and another merchant sees nothing', async () => {
  const recurring = { ...hat, price_data: { ...hat.price_data, recurring: { interval: 'month' as const } } }
  const refused = await errorOf(stripe.checkout.sessions.create({ mode: 'payment', ...pages, line_items: [recurring] }))
  expect(refused.param).toBe('line_items[0][price_data][recurring]')
  const session = await stripe.checkout.sessions.create({ mode: 'payment', ...pages, line_items: [hat] })
  expect((await errorOf(sdk.theirs.stripe.checkout.sessions.retrieve(session.id))).statusCode).toBe(404)
  const live = await errorOf(
    sdk.mine.liveStripe.checkout.sessions.create({ mode: 'payment', ...pages, line_items: [hat] }),
  )
  expect(live.code).toBe('processor_not_configured')
})
