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

test('the official SDK makes products with prices, changes, finds and archives them', async () => {
  const product = await stripe.products.create({
    name: 'Hat',
    images: ['https://shop.example/hat.png'],
    default_price_data: { currency: 'usd', unit_amount: 1999 },
    expand: ['default_price'],
  })
  const first = product.default_price as Stripe.Price
  expect(first).toMatchObject({ object: 'price', product: product.id, unit_amount: 1999, type: 'one_time' })
  // The SDK makes a decimal of it, which must be the same number.
  expect(String(first.unit_amount_decimal)).toBe('1999')
  const second = await stripe.prices.create({
    product: product.id,
    currency: 'eur',
    unit_amount: 1500,
    lookup_key: 'hat_eur',
  })
  expect((await stripe.prices.list({ lookup_keys: ['hat_eur'] })).data.map(({ id }) => id)).toEqual([second.id])
  const updated = await stripe.products.update(product.id, { default_price: second.id, description: 'Dry', images: [] })
  expect(updated).toMatchObject({ default_price: second.id, description: 'Dry' })
  expect(await stripe.prices.update(first.id, { active: false, nickname: 'Old' })).toMatchObject({
    active: false,
    nickname: 'Old',
  })
  expect((await stripe.products.update(product.id, { description: '' })).description).toBeNull()
  const found = await stripe.products.search({ query: "name~'hat' AND active:'true'" })
  expect(found.data.map(({ id }) => id)).toEqual([product.id])
  const names: string[] = []
  for await (const each of stripe.prices.list({ product: product.id, limit: 1 })) names.push(each.id)
  expect(names).toEqual([second.id, first.id])
})

test('a price below a minor unit stays exact through the official SDK', async () => {
  const { id } = await stripe.prices.create({
    currency: 'usd',
    unit_amount_decimal: '0.035' as unknown as Stripe.PriceCreateParams['unit_amount_decimal'] & object,
    product_data: { name: 'Request' },
  })
  const price = await stripe.prices.retrieve(id, { expand: ['product'] })
  expect([String(price.unit_amount_decimal), price.unit_amount]).toEqual(['0.035', null])
  expect((price.product as Stripe.Product).name).toBe('Request')
})

test('what cannot be is told in the errors the official SDK knows', async () => {
  const { id } = await stripe.products.create({ id: 'gone', name: 'Gone' })
  expect(await errorOf(stripe.products.create({ id, name: 'Again' }))).toMatchObject({
    type: 'StripeInvalidRequestError',
    code: 'resource_already_exists',
  })
  expect(await stripe.products.del(id)).toEqual(expect.objectContaining({ id, object: 'product', deleted: true }))
  expect(await errorOf(stripe.products.retrieve(id))).toMatchObject({ statusCode: 404, code: 'resource_missing' })
  const subscription = stripe.prices.create({
    currency: 'usd',
    unit_amount: 1,
    product: id,
    recurring: { interval: 'month' },
  })
  expect(await errorOf(subscription)).toMatchObject({ param: 'recurring', code: 'parameter_unknown' })
  expect(await errorOf(sdk.theirs.stripe.products.update(id, { name: 'x' }))).toMatchObject({ statusCode: 404 })
})
