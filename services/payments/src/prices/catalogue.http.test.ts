import type { Price, Product } from '@micro/contracts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createBench, type Answer, type Bench, type CallOptions } from '../payments.fixture.ts'

type Either = Omit<Product, 'object' | 'type'> & Omit<Price, 'object' | 'type'>
interface Told extends Omit<Answer, 'body'> {
  readonly body: Either & {
    readonly object: string
    readonly deleted?: boolean
    readonly error: Record<string, unknown>
    readonly data: Either[]
    readonly has_more: boolean
    readonly next_page: string | null
  }
}

let bench: Bench
let ask: (path: string, options?: CallOptions) => Promise<Told>
beforeAll(async () => {
  bench = await createBench()
  ask = bench.call as unknown as typeof ask
})
afterAll(() => bench[Symbol.asyncDispose]())

const products = '/v1/products'
const prices = '/v1/prices'
const newProduct = (body: object = {}, options: CallOptions = {}) =>
  ask(products, { body: { name: 'Hat', ...body }, ...options })
const newPrice = (body: object, options: CallOptions = {}) =>
  ask(prices, { body: { currency: 'usd', unit_amount: 1999, ...body }, ...options })
const errorOf = ({ status, body }: Told) => [status, body.error?.['code'], body.error?.['param']]
const typesOf = async (id: string) => (await bench.events(id)).map(({ type }) => type)

describe('a product', () => {
  test('is made, shown as Stripe does, announced and given back by id', async () => {
    const { status, body } = await newProduct(
      {
        description: 'Keeps rain off',
        images: ['https://shop.example/hat.png'],
        marketing_features: [{ name: 'Dry' }],
        metadata: { a: 'b' },
        package_dimensions: { height: 1.5, length: 2, weight: 3, width: 4 },
        shippable: true,
        statement_descriptor: 'HATS',
        tax_code: 'txcd_99999999',
        unit_label: 'hat',
        url: 'https://shop.example/hat',
      },
      { key: 'product-1' },
    )
    expect([status, body]).toEqual([
      200,
      {
        id: expect.stringMatching(/^prod_[0-9A-Za-z]+$/),
        object: 'product',
        active: true,
        created: expect.any(Number),
        default_price: null,
        description: 'Keeps rain off',
        images: ['https://shop.example/hat.png'],
        livemode: false,
        marketing_features: [{ name: 'Dry' }],
        metadata: { a: 'b' },
        name: 'Hat',
        package_dimensions: { height: 1.5, length: 2, weight: 3, width: 4 },
        shippable: true,
        statement_descriptor: 'HATS',
        tax_code: 'txcd_99999999',
        tax_details: null,
        type: 'service',
        unit_label: 'hat',
        updated: body.created,
        url: 'https://shop.example/hat',
      },
    ])
    expect((await ask(`${products}/${body.id}`)).body).toEqual(body)
    expect(await bench.events(body.id)).toMatchObject([
      { type: 'product.created', idempotency_key: 'product-1', object: body },
    ])
  })

  test('may have an id of the merchant’s choice, each merchant and mode for itself, and once', async () => {
    const id = 'red-hat_XL'
    for (const options of [{}, { merchant: 'acct_b' }, { mode: 'live' }] as CallOptions[])
      expect((await newProduct({ id }, options)).body.id).toBe(id)
    expect(errorOf(await newProduct({ id }))).toEqual([400, 'resource_already_exists', 'id'])
    const answers = await Promise.all(Array.from({ length: 8 }, () => newProduct({ id: 'raced' })))
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, ...Array.from({ length: 7 }, () => 400)])
    expect(errorOf(await newProduct({ id: 'no spaces' }))).toEqual([400, 'parameter_invalid', 'id'])
    expect((await newPrice({ product: id })).body.product).toBe(id)
  })

  test('comes with its first price', async () => {
    const { body } = await newProduct({ default_price_data: { currency: 'EUR', unit_amount_decimal: '0.50' } })
    const price = (await ask(`${prices}/${body.default_price}`)).body
    expect(price).toMatchObject({
      product: body.id,
      currency: 'eur',
      unit_amount: null,
      unit_amount_decimal: '0.5',
    })
    expect(await typesOf(body.id)).toEqual(['product.created'])
    expect(await typesOf(price.id)).toEqual(['price.created'])
    const shown = await ask(`${products}/${body.id}?expand[]=default_price`)
    expect(shown.body.default_price).toEqual(price)
  })

  test('changes in what is given; an empty text takes away', async () => {
    const { body } = await newProduct({ description: 'x', images: ['https://a.example'], metadata: { a: '1', b: '2' } })
    bench.clock.advance(5_000)
    const change = { name: 'Cap', description: '', images: '', active: false, metadata: { a: '', c: '3' } }
    const changed = (await ask(`${products}/${body.id}`, { body: change })).body
    expect(changed).toEqual({
      ...body,
      name: 'Cap',
      description: null,
      images: [],
      active: false,
      metadata: { b: '2', c: '3' },
      updated: body.created + 5,
    })
    expect(await typesOf(body.id)).toEqual(['product.created', 'product.updated'])
  })

  test('has only a price of its own as default', async () => {
    const [one, other] = [(await newProduct()).body.id, (await newProduct()).body.id]
    const price = (await newPrice({ product: one })).body.id
    const choose = (product: string, id: string) => ask(`${products}/${product}`, { body: { default_price: id } })
    expect(errorOf(await choose(other, price))).toEqual([400, 'resource_missing', 'default_price'])
    expect(errorOf(await choose(one, 'price_unknown'))).toEqual([400, 'resource_missing', 'default_price'])
    expect((await choose(one, price)).body.default_price).toBe(price)
    expect(errorOf(await ask(`${prices}/${price}`, { body: { active: false } }))).toEqual([
      400,
      'price_is_default',
      'active',
    ])
    expect((await choose(one, '')).body.default_price).toBeNull()
    expect((await ask(`${prices}/${price}`, { body: { active: false } })).body.active).toBe(false)
  })

  test('is deleted while it has no price, and then is as unknown as any other', async () => {
    const { id } = (await newProduct()).body
    expect((await ask(`${products}/${id}`, { method: 'DELETE' })).body).toEqual({
      id,
      object: 'product',
      deleted: true,
    })
    for (const options of [{}, { method: 'DELETE' }, { body: { name: 'x' } }] as CallOptions[])
      expect(errorOf(await ask(`${products}/${id}`, options))).toEqual([404, 'resource_missing', 'id'])
    expect(await typesOf(id)).toEqual(['product.created', 'product.deleted'])
    const sold = (await newProduct({ default_price_data: { currency: 'usd', unit_amount: 1 } })).body.id
    expect(errorOf(await ask(`${products}/${sold}`, { method: 'DELETE' }))).toEqual([
      400,
      'product_has_prices',
      undefined,
    ])
  })

  test('deleted while prices are made for it is gone without a price, or stays with them', async () => {
    for (let round = 0; round < 8; round++) {
      const { id } = (await newProduct()).body
      const [deleted, ...made] = await Promise.all([
        ask(`${products}/${id}`, { method: 'DELETE' }),
        ...Array.from({ length: 3 }, () => newPrice({ product: id })),
      ])
      const succeeded = made.filter(({ status }) => status === 200).length
      expect(deleted.status === 200 ? succeeded : 0).toBe(0)
      expect((await ask(`${prices}?product=${id}`)).body.data).toHaveLength(succeeded)
    }
  })
})

describe('a price', () => {
  test('is made, shown as Stripe does, announced and given back by id', async () => {
    const product = (await newProduct()).body.id
    const { status, body } = await newPrice({ product, nickname: 'List', lookup_key: 'hat', metadata: { a: 'b' } })
    expect([status, body]).toEqual([
      200,
      {
        id: expect.stringMatching(/^price_[0-9A-Za-z]+$/),
        object: 'price',
        active: true,
        billing_scheme: 'per_unit',
        created: expect.any(Number),
        currency: 'usd',
        custom_unit_amount: null,
        livemode: false,
        lookup_key: 'hat',
        metadata: { a: 'b' },
        nickname: 'List',
        product,
        recurring: null,
        tax_behavior: 'unspecified',
        tiers_mode: null,
        transform_quantity: null,
        type: 'one_time',
        unit_amount: 1999,
        unit_amount_decimal: '1999',
      },
    ])
    expect((await ask(`${prices}/${body.id}`)).body).toEqual(body)
    expect(await bench.events(body.id)).toMatchObject([{ type: 'price.created', object: body }])
    const shown = (await ask(`${prices}/${body.id}?expand[]=product`)).body
    expect(shown.product).toMatchObject({ id: product, object: 'product' })
  })

  test('brings its product along', async () => {
    const { body } = await newPrice({ product_data: { name: 'Scarf', id: 'scarf' } })
    expect((await ask(`${products}/scarf`)).body).toMatchObject({ name: 'Scarf', default_price: null })
    expect([await typesOf('scarf'), await typesOf(body.id)]).toEqual([['product.created'], ['price.created']])
    expect(errorOf(await newPrice({ product_data: { name: 'Scarf', id: 'scarf' } }))).toEqual([
      400,
      'resource_already_exists',
      'product_data[id]',
    ])
  })

  for (const [what, body, code, param] of [
    ['no product', {}, 'parameter_missing', 'product'],
    ['an unknown product', { product: 'prod_unknown' }, 'resource_missing', 'product'],
    ['two products', { product: 'x', product_data: { name: 'y' } }, 'parameter_invalid', 'product_data'],
    ['a negative amount', { product: 'x', unit_amount: -1 }, 'parameter_invalid', 'unit_amount'],
    [
      'too many decimals',
      { product: 'x', unit_amount: undefined, unit_amount_decimal: '0.1234567890123' },
      'parameter_invalid',
      'unit_amount_decimal',
    ],
    ['a subscription', { product: 'x', recurring: { interval: 'month' } }, 'parameter_unknown', 'recurring'],
    ['tiers', { product: 'x', tiers: [] }, 'parameter_unknown', 'tiers'],
    ['what nobody has', { product: 'x', colour: 'red' }, 'parameter_unknown', 'colour'],
  ] as const)
    test(`with ${what} is refused by the name of the parameter`, async () =>
      expect(errorOf(await newPrice(body))).toEqual([400, code, param]))

  test('of what Stripe has and Micro not yet, the answer says so', async () => {
    const refused = await newPrice({ product: 'x', recurring: { interval: 'month' } })
    expect(refused.body.error['message']).toMatch(
      /^recurring is one of Stripe's parameters that Micro does not support yet/,
    )
    expect((await newPrice({ product: 'x', colour: 'red' })).body.error['message']).toMatch(/^Received unknown/)
  })

  test('changes in everything but what it costs', async () => {
    const { body } = await newPrice({ product_data: { name: 'Hat' }, nickname: 'x', metadata: { a: '1' } })
    const change = { nickname: '', metadata: { b: '2' }, tax_behavior: 'inclusive', active: false }
    const changed = await ask(`${prices}/${body.id}`, { body: change })
    expect(changed.body).toEqual({ ...body, ...change, nickname: null, metadata: { a: '1', b: '2' } })
    expect(errorOf(await ask(`${prices}/${body.id}`, { body: { unit_amount: 1 } }))).toEqual([
      400,
      'parameter_unknown',
      'unit_amount',
    ])
    expect(await typesOf(body.id)).toEqual(['price.created', 'price.updated'])
    const cheaper = bench.database.db.sql`update payments.prices set unit_amount_decimal = '1' where id = ${body.id}`
    await expect(cheaper).rejects.toThrow(/permission denied/)
  })

  test('has a lookup key to itself, which moves only when that is said', async () => {
    const options = { merchant: 'acct_keys' }
    const product = (await newProduct({}, options)).body.id
    const one = (await newPrice({ product, lookup_key: 'gold' }, options)).body.id
    expect(errorOf(await newPrice({ product, lookup_key: 'gold' }, options))).toEqual([
      400,
      'parameter_invalid',
      'lookup_key',
    ])
    const two = (await newPrice({ product, lookup_key: 'gold', transfer_lookup_key: true }, options)).body.id
    const found = await ask(`${prices}?lookup_keys[]=gold&lookup_keys[]=silver`, options)
    expect(found.body.data.map(({ id }) => id)).toEqual([two])
    expect((await ask(`${prices}/${one}`, options)).body.lookup_key).toBeNull()
    expect(await typesOf(one)).toEqual(['price.created', 'price.updated'])
    expect(
      (await ask(`${prices}/${one}`, { ...options, body: { lookup_key: 'gold', transfer_lookup_key: true } })).body
        .lookup_key,
    ).toBe('gold')
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => newPrice({ product, lookup_key: 'raced' }, options)),
    )
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 400, 400, 400, 400, 400])
    // Another merchant's keys are its own.
    expect((await newPrice({ product_data: { name: 'x' }, lookup_key: 'gold' }, { merchant: 'acct_b' })).status).toBe(
      200,
    )
  })
})

describe('lists and searches', () => {
  const options = { merchant: 'acct_lists' }
  const ids = (told: Told) => told.body.data.map(({ id }) => id)
  const made: string[] = []
  beforeAll(async () => {
    for (const [id, active] of [
      ['a-1', true],
      ['B_2', false],
      ['c3', true],
    ] as const) {
      await newProduct(
        { id, active, name: `Hat ${id}`, metadata: { size: id }, url: `https://shop.example/${id}` },
        options,
      )
      made.push((await newPrice({ product: id, currency: active ? 'usd' : 'eur' }, options)).body.id)
      bench.clock.advance(1_000)
    }
  })

  for (const [query, want] of [
    ['', ['c3', 'B_2', 'a-1']],
    ['active=true', ['c3', 'a-1']],
    ['ids[]=a-1&ids[]=B_2&ids[]=nope', ['B_2', 'a-1']],
    ['url=https%3A%2F%2Fshop.example%2Fc3', ['c3']],
    ['shippable=true', []],
    ['type=service&limit=1', ['c3']],
    ['starting_after=B_2', ['a-1']],
    ['ending_before=B_2', ['c3']],
  ] as const)
    test(`products?${query} are ${want.join(', ') || 'none'}`, async () =>
      expect(ids(await ask(`${products}?${query}`, options))).toEqual(want))

  for (const [query, at] of [
    ['', [2, 1, 0]],
    ['currency=EUR', [1]],
    ['product=c3', [2]],
    ['type=one_time&limit=2', [2, 1]],
    ['type=recurring', []],
    ['active=false', []],
  ] as const)
    test(`prices?${query}`, async () =>
      expect(ids(await ask(`${prices}?${query}`, options))).toEqual(at.map((each) => made[each])))

  test('a search turns its pages by ids of any form', async () => {
    const search = (query: string) =>
      ask(`${products}/search?limit=1&query=${encodeURIComponent('name~"hat"')}${query}`, options)
    const pages: string[] = []
    let next: string | null = ''
    while (next !== null) {
      const { body }: Told = await search(next === '' ? '' : `&page=${next}`)
      pages.push(...body.data.map(({ id }) => id))
      next = body.next_page
    }
    expect(pages).toEqual(['c3', 'B_2', 'a-1'])
  })

  for (const [path, query, want] of [
    [products, "active:'false'", ['B_2']],
    [products, 'metadata["size"]:"c3"', ['c3']],
    [prices, 'currency:"eur"', [1]],
    [prices, 'product:"c3" AND active:"true"', [2]],
  ] as const)
    test(`${path} searched for ${query}`, async () => {
      const found = ids(await ask(`${path}/search?query=${encodeURIComponent(query)}`, options))
      expect(found).toEqual(want.map((each) => (typeof each === 'number' ? made[each] : each)))
    })

  for (const [who, other] of [
    ['another merchant', { merchant: 'acct_evil' }],
    ['the other mode', { ...options, mode: 'live' }],
  ] as [string, CallOptions][])
    test(`show nothing to ${who}, for whom an id is as unknown as any`, async () => {
      for (const path of [products, prices, `${products}/search?query=${encodeURIComponent("name~'Hat'")}`])
        expect(ids(await ask(path, other))).toEqual([])
      for (const [path, id] of [
        [products, 'c3'],
        [prices, made[2] ?? ''],
      ] as const)
        for (const request of [{}, { body: {} }] as CallOptions[]) {
          const unknown = `${id}0`
          const [foreign, missing] = [
            await ask(`${path}/${id}`, { ...other, ...request }),
            await ask(`${path}/${unknown}`, { ...other, ...request }),
          ]
          expect(foreign.status).toBe(404)
          expect(foreign.text.replaceAll(id, 'ID')).toBe(missing.text.replaceAll(unknown, 'ID'))
        }
      expect(errorOf(await newPrice({ product: 'c3' }, other))).toEqual([400, 'resource_missing', 'product'])
    })
})
