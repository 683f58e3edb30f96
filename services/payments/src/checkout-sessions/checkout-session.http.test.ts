import type { CheckoutLineItem, CheckoutSession, Price } from '@micro/contracts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createBench, type Answer, type Bench, type CallOptions } from '../payments.fixture.ts'

interface Told extends Omit<Answer, 'body'> {
  readonly body: Omit<CheckoutSession, 'object' | 'line_items'> & {
    readonly object: string
    readonly error: Record<string, unknown>
    readonly line_items?: { data: CheckoutLineItem[]; url: string; has_more: boolean }
    readonly data: (Omit<CheckoutSession, 'object'> & Omit<CheckoutLineItem, 'object'>)[]
    readonly has_more: boolean
  }
}

let bench: Bench
let ask: (path: string, options?: CallOptions) => Promise<Told>
beforeAll(async () => {
  bench = await createBench()
  ask = bench.call as unknown as typeof ask
})
afterAll(() => bench[Symbol.asyncDispose]())

const path = '/v1/checkout/sessions'
const success_url = 'https://shop.example/thanks?session={CHECKOUT_SESSION_ID}'
const hat = { price_data: { currency: 'usd', unit_amount: 1500, product_data: { name: 'Hat' } }, quantity: 2 }
const create = (body: object = {}, options: CallOptions = {}) =>
  ask(path, { body: { mode: 'payment', success_url, line_items: [hat], ...body }, ...options })
const errorOf = ({ status, body }: Told) => [status, body.error?.['code'], body.error?.['param']]
const typesOf = async (id: string) => (await bench.events(id)).map(({ type }) => type)
const newPrice = async (body: object): Promise<Price> =>
  (await ask('/v1/prices', { body: { currency: 'usd', product_data: { name: 'Scarf' }, ...body } }))
    .body as unknown as Price

describe('a checkout session', () => {
  test('is made, shown as Stripe does and given back by id', async () => {
    const { status, body } = await create({
      cancel_url: 'https://shop.example/cart',
      client_reference_id: 'order-7',
      customer_email: 'ada@example.com',
      metadata: { a: 'b' },
    })
    expect([status, body]).toMatchObject([
      200,
      {
        id: expect.stringMatching(/^cs_test_[0-9A-Za-z]{24}$/),
        object: 'checkout.session',
        amount_subtotal: 3000,
        amount_total: 3000,
        cancel_url: 'https://shop.example/cart',
        client_reference_id: 'order-7',
        currency: 'usd',
        customer: null,
        customer_creation: 'if_required',
        customer_details: { email: 'ada@example.com', name: null },
        customer_email: 'ada@example.com',
        livemode: false,
        metadata: { a: 'b' },
        mode: 'payment',
        payment_intent: null,
        payment_status: 'unpaid',
        setup_intent: null,
        status: 'open',
        success_url,
        url: `http://gateway.test/checkout/pay/${body.id}`,
      },
    ])
    expect(body.expires_at - body.created).toBe(86_400)
    expect('line_items' in body).toBe(false)
    expect((await ask(`${path}/${body.id}`)).body).toEqual(body)
  })

  test('sells prices there are, and prices that come along, which nobody else is offered', async () => {
    const scarf = await newPrice({ unit_amount: 700 })
    const { body } = await create({ line_items: [{ price: scarf.id, quantity: 3 }, hat], expand: ['line_items'] })
    expect(body.amount_total).toBe(5100)
    expect(body.line_items).toMatchObject({
      object: 'list',
      url: `${path}/${body.id}/line_items`,
      has_more: false,
      data: [
        { object: 'item', description: 'Scarf', amount_total: 2100, quantity: 3, price: { ...scarf } },
        { object: 'item', description: 'Hat', amount_total: 3000, quantity: 2, price: { active: false } },
      ],
    })
    const made = body.line_items?.data[1]?.price as unknown as Price
    expect(await typesOf(made.id)).toEqual(['price.created'])
    expect((await ask(`/v1/products/${made.product}`)).body).toMatchObject({ name: 'Hat', active: false })
  })

  test('keeps what it sells as it was, whatever becomes of the price', async () => {
    const scarf = await newPrice({ unit_amount: 700 })
    const { body } = await create({ line_items: [{ price: scarf.id }] })
    await ask(`/v1/prices/${scarf.id}`, { body: { active: false, nickname: 'Old' } })
    const shown = await ask(`${path}/${body.id}/line_items`)
    expect(shown.body.data[0]?.price).toEqual(scarf)
    expect(errorOf(await create({ line_items: [{ price: scarf.id }] }))).toEqual([
      400,
      'parameter_invalid',
      'line_items[0][price]',
    ])
  })

  test('shows its line items in pages', async () => {
    const { body } = await create({ line_items: Array.from({ length: 12 }, () => hat), expand: ['line_items'] })
    expect([body.line_items?.data.length, body.line_items?.has_more]).toEqual([10, true])
    const items = `${path}/${body.id}/line_items`
    const first = (await ask(`${items}?limit=5`)).body
    const second = (await ask(`${items}?limit=5&starting_after=${first.data[4]?.id}`)).body
    const back = (await ask(`${items}?limit=5&ending_before=${second.data[0]?.id}`)).body
    expect([first.has_more, second.has_more, second.data.length]).toEqual([true, true, 5])
    expect(back).toEqual({ ...first, has_more: false })
    expect(errorOf(await ask(`${items}?starting_after=li_unknown`))).toEqual([
      400,
      'resource_missing',
      'starting_after',
    ])
  })

  for (const [unit, quantity, total] of [
    ['50.5', 1, 51],
    ['50.4', 1, 50],
    ['0.5', 101, 51],
    ['33.333333333333', 3, 100],
    ['100', 1, 100],
  ] as const)
    test(`of ${quantity} × ${unit} costs ${total}: a line is rounded, not each piece`, async () => {
      const line = {
        price_data: { currency: 'usd', unit_amount_decimal: unit, product_data: { name: 'Screw' } },
        quantity,
      }
      expect((await create({ line_items: [line] })).body.amount_total).toBe(total)
    })

  test('of setup mode costs nothing', async () => {
    const { body } = await create({ mode: 'setup', line_items: undefined, currency: 'EUR' })
    expect(body).toMatchObject({
      mode: 'setup',
      amount_total: null,
      currency: 'eur',
      payment_status: 'no_payment_required',
    })
  })

  test('changes in its metadata', async () => {
    const { body } = await create({ metadata: { a: '1', b: '2' } })
    const changed = await ask(`${path}/${body.id}`, { body: { metadata: { a: '', c: '3' } } })
    expect(changed.body).toEqual({ ...body, metadata: { b: '2', c: '3' } })
  })

  test('expires once when asked, and then is paid by nobody', async () => {
    const { body } = await create()
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => ask(`${path}/${body.id}/expire`, { method: 'POST', body: {} })),
    )
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 400, 400, 400, 400])
    expect((await ask(`${path}/${body.id}`)).body).toMatchObject({ status: 'expired', url: null })
    expect(await typesOf(body.id)).toEqual(['checkout.session.expired'])
    expect(answers.find(({ status }) => status === 400)?.body.error['code']).toBe('checkout_session_not_open')
  })

  test('expires in its time, by the clock of its merchant', async () => {
    const merchant = 'acct_clock'
    const soon = Math.floor(bench.clock.now().getTime() / 1000) + 1800
    const { body } = await create({ expires_at: soon }, { merchant })
    const later = await create({}, { merchant })
    await bench.parts.sessions.round()
    expect((await ask(`${path}/${body.id}`, { merchant })).body.status).toBe('open')
    await ask('/v1/test_helpers/clock/advance', { body: { advance_by: 2000 }, merchant })
    await bench.parts.sessions.round()
    expect((await ask(`${path}/${body.id}`, { merchant })).body.status).toBe('expired')
    expect((await ask(`${path}/${later.body.id}`, { merchant })).body.status).toBe('open')
    expect(await typesOf(body.id)).toEqual(['checkout.session.expired'])
  })

  test('is listed newest first, by status and customer, and of one merchant and mode', async () => {
    const merchant = 'acct_list'
    const customer = (await ask('/v1/customers', { body: { email: 'ada@example.com' }, merchant })).body.id
    const ids: string[] = []
    for (const body of [{ customer }, {}, { customer }]) {
      ids.unshift((await create(body, { merchant })).body.id)
      bench.clock.advance(1000)
    }
    const listed = async (query: string, options: CallOptions = { merchant }) =>
      (await ask(`${path}?${query}`, options)).body.data.map(({ id }) => id)
    expect(await listed('')).toEqual(ids)
    expect(await listed(`customer=${customer}`)).toEqual([ids[0], ids[2]])
    expect(await listed(`limit=1&starting_after=${ids[0]}`)).toEqual([ids[1]])
    await ask(`${path}/${ids[1]}/expire`, { body: {}, merchant })
    expect(await listed('status=expired')).toEqual([ids[1]])
    expect(await listed('', { merchant: 'acct_evil' })).toEqual([])
    expect(await listed('', { merchant, mode: 'live' })).toEqual([])
  })

  test('of another merchant is as unknown as any other', async () => {
    const { id } = (await create()).body
    const foreign = { merchant: 'acct_evil' }
    for (const [rest, options] of [
      ['', foreign],
      ['/line_items', foreign],
      ['', { ...foreign, body: { metadata: { a: 'b' } } }],
      ['/expire', { ...foreign, body: {} }],
    ] as const)
      expect(errorOf(await ask(`${path}/${id}${rest}`, options)).slice(0, 2)).toEqual([404, 'resource_missing'])
    expect((await ask(`${path}/${id}`)).body.status).toBe('open')
    const price = (await newPrice({ unit_amount: 700 })).id
    expect(errorOf(await create({ line_items: [{ price }] }, foreign))).toEqual([
      400,
      'resource_missing',
      'line_items[0][price]',
    ])
  })

  test('of live mode without a processor: our own page would take test cards', async () => {
    expect(errorOf(await create({}, { mode: 'live' })).slice(0, 2)).toEqual([400, 'processor_not_configured'])
  })

  test('made again under one key is the same', async () => {
    const [a, b] = [await create({}, { key: 'session-1' }), await create({}, { key: 'session-1' })]
    expect([b.headers['idempotent-replayed'], b.body]).toEqual(['true', a.body])
  })
})

describe("what the triggers of Stripe's command line ask for", () => {
  const page = (id: string, options?: CallOptions) => ask(`/v1/payment_pages/${id}`, options)
  const confirm = (id: string, body: object, options: CallOptions = {}) =>
    page(`${id}/confirm`, { body: { payment_method: 'pm_card_visa', ...body }, ...options })
  const shipping = { name: 'Ada', address: { line1: '1 Main St', country: 'US' } }

  test('pays a session with a payment method, once', async () => {
    const { body } = await create({ payment_intent_data: { shipping } })
    expect((await page(body.id)).body).toEqual(body)
    expect(errorOf(await confirm(body.id, { expected_amount: 2999 }))).toEqual([
      400,
      'parameter_invalid',
      'expected_amount',
    ])
    expect((await confirm(body.id, { payment_method: 'pm_card_chargeDeclined' })).status).toBe(402)
    const details = { email: 'stripe@example.com' }
    const made = { type: 'card', card: { token: 'tok_visa' }, billing_details: details }
    const method = (await ask('/v1/payment_methods', { body: made })).body.id
    const paid = await confirm(body.id, { payment_method: method, expected_amount: 3000 })
    expect([paid.status, paid.body]).toMatchObject([
      200,
      { status: 'complete', payment_status: 'paid', customer_details: { ...details, name: null } },
    ])
    expect(await typesOf(body.id)).toEqual(['checkout.session.completed'])
    expect(errorOf(await confirm(body.id, {})).slice(0, 2)).toEqual([400, 'checkout_session_not_open'])
    expect(await bench.simulated(String(paid.body.payment_intent))).toBe(1)
    const intent = await ask(`/v1/payment_intents/${String(paid.body.payment_intent)}`)
    expect(intent.body).toMatchObject({ shipping: { name: 'Ada' } })
  })

  test('of another merchant is as unknown as any other', async () => {
    const { id } = (await create()).body
    const foreign = { merchant: 'acct_evil' }
    expect([(await page(id, foreign)).status, (await confirm(id, {}, foreign)).status]).toEqual([404, 404])
  })
})

const data = (more: object = {}, line: object = {}) => ({
  line_items: [{ price_data: { currency: 'usd', unit_amount: 100, product_data: { name: 'x' }, ...more }, ...line }],
})

describe('what a session cannot be made of is refused by the name of the parameter', () => {
  for (const [what, body, code, param] of [
    ['no mode', { mode: undefined }, 'parameter_missing', 'mode'],
    ['a subscription', { mode: 'subscription' }, 'parameter_invalid', 'mode'],
    ['no line items', { line_items: undefined }, 'parameter_missing', 'line_items'],
    ['a page that is none', { success_url: 'javascript:alert(1)' }, 'parameter_invalid', 'success_url'],
    ['a relative page', { cancel_url: '/cart' }, 'parameter_invalid', 'cancel_url'],
    ['an unknown customer', { customer: 'cus_unknown' }, 'resource_missing', 'customer'],
    ['an unknown price', { line_items: [{ price: 'price_x' }] }, 'resource_missing', 'line_items[0][price]'],
    ['an empty line', { line_items: [{}] }, 'parameter_missing', 'line_items[0][price]'],
    ['no product', data({ product_data: undefined }), 'parameter_missing', 'line_items[0][price_data][product]'],
    [
      'an unknown product',
      data({ product_data: undefined, product: 'prod_x' }),
      'resource_missing',
      'line_items[0][price_data][product]',
    ],
    ['two prices', data({}, { price: 'price_x' }), 'parameter_invalid', 'line_items[0][price_data]'],
    ['no amount', data({ unit_amount: undefined }), 'parameter_missing', 'line_items[0][price_data][unit_amount]'],
    ['no money', data({ currency: 'xxx' }), 'currency_unsupported', 'line_items[0][price_data][currency]'],
    [
      'what recurs',
      data({ recurring: { interval: 'month' } }),
      'parameter_unknown',
      'line_items[0][price_data][recurring]',
    ],
    ['too little', data({ unit_amount: 1 }), 'amount_too_small', 'line_items'],
    ['too much', data({ unit_amount: 99_999_999 }, { quantity: 2 }), 'amount_too_large', 'line_items'],
    ['nothing of it', data({}, { quantity: 0 }), 'parameter_invalid', 'line_items[0][quantity]'],
    ['taxes', data({}, { tax_rates: ['txr_1'] }), 'parameter_unknown', 'line_items[0][tax_rates]'],
    ['shipping', { shipping_options: [] }, 'parameter_unknown', 'shipping_options'],
    ['another currency', { currency: 'eur' }, 'parameter_invalid', 'line_items[0][price_data][currency]'],
    ['an e-mail that is none', { customer_email: 'ada' }, 'parameter_invalid', 'customer_email'],
    ['an end that is past', { expires_at: 1 }, 'parameter_invalid', 'expires_at'],
    ['what a setup does not sell', { mode: 'setup' }, 'parameter_invalid', 'line_items'],
    ['the data of a setup', { setup_intent_data: {} }, 'parameter_invalid', 'setup_intent_data'],
  ] as const)
    test(`${what}: ${code}`, async () => expect(errorOf(await create(body))).toEqual([400, code, param]))

  test('two currencies', async () => {
    const euro = { price_data: { ...hat.price_data, currency: 'eur' } }
    const refused = await create({ line_items: [hat, euro] })
    expect(errorOf(refused)).toEqual([400, 'parameter_invalid', 'line_items[1][price_data][currency]'])
  })
})
