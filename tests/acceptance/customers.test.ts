import type Stripe from 'stripe'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { errorOf, openAcceptance, type Acceptance } from './sdk.fixture.ts'

let sdk: Acceptance
let stripe: Stripe
beforeAll(async () => {
  sdk = await openAcceptance()
  stripe = sdk.mine.stripe
})
afterAll(() => sdk?.stop())

const address = { line1: '1 Main St', city: 'Springfield', country: 'US', postal_code: '12345' }

describe('customers', () => {
  test('are created, retrieved, changed, unset and deleted', async () => {
    const created = await stripe.customers.create({
      name: 'Ada',
      email: 'ada@example.com',
      address,
      shipping: { name: 'Ada', address },
      metadata: { order: '42' },
      preferred_locales: ['en', 'fr'],
    })
    expect(created).toMatchObject({ object: 'customer', name: 'Ada', address, preferred_locales: ['en', 'fr'] })
    const changed = await stripe.customers.update(created.id, {
      address: null,
      metadata: { order: '', paid: 'yes' },
      tax_exempt: 'exempt',
    })
    expect(changed).toMatchObject({ address: null, metadata: { paid: 'yes' }, tax_exempt: 'exempt', name: 'Ada' })
    expect(changed.metadata).not.toHaveProperty('order')
    expect(await stripe.customers.del(created.id)).toMatchObject({ id: created.id, deleted: true })
    expect(await stripe.customers.retrieve(created.id)).toMatchObject({ id: created.id, deleted: true })
    expect(await errorOf(stripe.customers.del(created.id))).toMatchObject({
      type: 'StripeInvalidRequestError',
      code: 'resource_missing',
      statusCode: 404,
    })
  })

  test('are listed by email and time, and searched page by page by the SDK itself', async () => {
    const made: string[] = []
    for (let at = 0; at < 5; at++)
      made.unshift((await stripe.customers.create({ email: 'list@example.com', metadata: { nth: String(at) } })).id)
    const listed: string[] = []
    for await (const { id } of stripe.customers.list({ email: 'list@example.com', limit: 2, created: { gt: 0 } }))
      listed.push(id)
    expect(listed).toEqual(made)
    const found: string[] = []
    for await (const { id } of stripe.customers.search({ query: 'email~"LIST@" AND -metadata["nth"]:"2"', limit: 2 }))
      found.push(id)
    expect(found).toEqual(made.filter((_, at) => at !== 2))
  })
})

describe('payment methods', () => {
  test('are created from a token, attached, expanded, made the default, and detached for good', async () => {
    const customer = await stripe.customers.create()
    const method = await stripe.paymentMethods.create({
      type: 'card',
      card: { token: 'tok_visa' },
      billing_details: { name: 'Ada', address: { line1: '1 Main St' } },
    })
    expect(method.card).toMatchObject({ brand: 'visa', last4: '4242', country: 'US', funding: 'credit' })
    const attached = await stripe.paymentMethods.attach(method.id, { customer: customer.id, expand: ['customer'] })
    expect(attached.customer).toMatchObject({ object: 'customer', id: customer.id })
    const shown = await stripe.customers.update(customer.id, {
      invoice_settings: { default_payment_method: method.id },
      expand: ['invoice_settings.default_payment_method'],
    })
    expect(shown.invoice_settings.default_payment_method).toMatchObject({ id: method.id, object: 'payment_method' })
    const updated = await stripe.paymentMethods.update(method.id, { billing_details: { name: null, email: 'a@b.c' } })
    expect(updated.billing_details).toMatchObject({ name: null, email: 'a@b.c', address: { line1: '1 Main St' } })
    expect((await stripe.customers.listPaymentMethods(customer.id)).data.map(({ id }) => id)).toEqual([method.id])
    expect((await stripe.customers.retrievePaymentMethod(customer.id, method.id)).id).toBe(method.id)
    expect((await stripe.paymentMethods.detach(method.id)).customer).toBe(null)
    expect(await errorOf(stripe.paymentMethods.attach(method.id, { customer: customer.id }))).toMatchObject({
      type: 'StripeInvalidRequestError',
      statusCode: 400,
    })
  })

  test('by the alias of a test card are made by their use', async () => {
    const { id } = await stripe.customers.create()
    const [one, two] = [
      await stripe.paymentMethods.attach('pm_card_mastercard', { customer: id }),
      await stripe.paymentMethods.attach('pm_card_amex', { customer: id }),
    ]
    const { data } = await stripe.paymentMethods.list({ customer: id, type: 'card' })
    expect(data.map((each) => each.id).toSorted()).toEqual([one.id, two.id].toSorted())
  })

  test('of raw card data are refused, and a declined card is an error of cards', async () => {
    const raw = { number: '4242424242424242', exp_month: 12, exp_year: 2040, cvc: '123' }
    const refused = await errorOf(stripe.paymentMethods.create({ type: 'card', card: raw }))
    expect(refused).toMatchObject({ rawType: 'invalid_request_error', statusCode: 402 })
    expect(JSON.stringify(refused)).not.toContain('4242')
    const { id } = await stripe.customers.create()
    expect(await errorOf(stripe.paymentMethods.attach('pm_card_chargeDeclined', { customer: id }))).toMatchObject({
      type: 'StripeCardError',
      code: 'card_declined',
      decline_code: 'generic_decline',
    })
  })
})

describe('setup intents', () => {
  test('keep a card for a customer, and show the attempt', async () => {
    const { id: customer } = await stripe.customers.create()
    const intent = await stripe.setupIntents.create({ customer, automatic_payment_methods: { enabled: true } })
    expect(intent.client_secret).toMatch(/^seti_\w+_secret_\w+$/)
    const done = await stripe.setupIntents.confirm(intent.id, {
      payment_method: 'pm_card_visa',
      return_url: 'https://shop.example/back',
      expand: ['latest_attempt', 'payment_method'],
    })
    expect(done).toMatchObject({
      status: 'succeeded',
      latest_attempt: { object: 'setup_attempt', status: 'succeeded' },
      payment_method: { object: 'payment_method', customer },
    })
    expect((await stripe.setupAttempts.list({ setup_intent: intent.id })).data).toHaveLength(1)
    const listed = await stripe.setupIntents.list({ customer })
    expect(listed.data.map(({ id }) => id)).toEqual([intent.id])
  })

  test('that are declined say so with themselves inside, and stay open', async () => {
    const declined = await errorOf(
      stripe.setupIntents.create({ payment_method: 'pm_card_chargeDeclined', confirm: true }),
    )
    expect(declined).toMatchObject({ type: 'StripeCardError', code: 'card_declined' })
    expect(declined.setup_intent?.status).toBe('requires_payment_method')
    const id = declined.setup_intent?.id ?? ''
    expect((await stripe.setupIntents.update(id, { payment_method: 'pm_card_visa' })).status).toBe(
      'requires_confirmation',
    )
    expect((await stripe.setupIntents.cancel(id)).status).toBe('canceled')
    expect(await errorOf(stripe.setupIntents.confirm(id))).toMatchObject({ code: 'setup_intent_unexpected_state' })
  })

  test('of a card that asks for its holder wait for an action', async () => {
    const waiting = await stripe.setupIntents.create({
      payment_method: 'pm_card_authenticationRequired',
      confirm: true,
      return_url: 'https://shop.example/back',
    })
    expect(waiting).toMatchObject({ status: 'requires_action', next_action: { type: 'redirect_to_url' } })
  })
})

test('nothing of it is there for another merchant', async () => {
  const { id } = await stripe.customers.create({ payment_method: 'pm_card_visa' })
  const [method] = (await stripe.customers.listPaymentMethods(id)).data
  const intent = await stripe.setupIntents.create({ customer: id })
  const { stripe: other } = sdk.theirs
  for (const call of [
    () => other.customers.retrieve(id),
    () => other.paymentMethods.retrieve(method?.id ?? ''),
    () => other.setupIntents.retrieve(intent.id),
    () => sdk.mine.liveStripe.customers.retrieve(id),
  ])
    expect(await errorOf(call())).toMatchObject({ code: 'resource_missing', statusCode: 404 })
})
