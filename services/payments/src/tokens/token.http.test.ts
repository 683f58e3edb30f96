import type { PaymentMethod, Token } from '@micro/contracts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createBench, type Answer, type Bench, type CallOptions } from '../payments.fixture.ts'
import { testCardFace } from '../payment-methods/card-aliases.ts'
import { testNumbers } from './test-numbers.ts'

interface Told extends Omit<Answer, 'body'> {
  readonly body: Token & { readonly error: Record<string, unknown> }
}

let bench: Bench
let ask: (path: string, options?: CallOptions) => Promise<Told>
beforeAll(async () => {
  bench = await createBench()
  ask = bench.call as unknown as typeof ask
})
afterAll(() => bench[Symbol.asyncDispose]())

const visa = { number: '4242424242424242', exp_month: 12, exp_year: 2030, cvc: '314' }
const create = (card: object = {}, options: CallOptions = {}) =>
  ask('/v1/tokens', { publishable: true, body: { card: { ...visa, ...card } }, ...options })
const errorOf = ({ status, body }: Told) => [status, body.error?.['code'], body.error?.['param']]
const method = async (token: string, options: CallOptions = {}) => {
  const answer = await ask('/v1/payment_methods', { body: { type: 'card', card: { token } }, ...options })
  return answer as unknown as Omit<Told, 'body'> & { body: PaymentMethod & Told['body'] }
}

describe('a page', () => {
  test('makes a token of a test card, which shows what may be seen of it', async () => {
    const card = { name: 'Ada', address_line1: '1 Main St', address_zip: '12345', address_country: 'US' }
    const { status, body } = await create(
      { ...card, number: '4000 0000 0000 0002', exp_year: '30' },
      { key: 'token-1' },
    )
    expect([status, body]).toEqual([
      200,
      {
        id: expect.stringMatching(/^tok_[0-9A-Za-z]{24}$/),
        object: 'token',
        card: {
          id: expect.stringMatching(/^card_/),
          object: 'card',
          address_city: null,
          address_country: 'US',
          address_line1: '1 Main St',
          address_line1_check: 'unchecked',
          address_line2: null,
          address_state: null,
          address_zip: '12345',
          address_zip_check: 'unchecked',
          brand: 'Visa',
          country: 'US',
          cvc_check: 'unchecked',
          dynamic_last4: null,
          exp_month: 12,
          exp_year: 2030,
          funding: 'credit',
          last4: '0002',
          metadata: {},
          name: 'Ada',
          regulated_status: 'unregulated',
          tokenization_method: null,
        },
        client_ip: null,
        created: expect.any(Number),
        livemode: false,
        type: 'card',
        used: false,
      },
    ])
    expect((await ask(`/v1/tokens/${body.id}`)).body).toEqual(body)
    const again = await create({ ...card, number: '4000 0000 0000 0002', exp_year: '30' }, { key: 'token-1' })
    expect([again.headers['idempotent-replayed'], again.body]).toEqual(['true', body])
  })

  for (const [number, name] of testNumbers)
    test(`may send the number of ${name}, and gets that card`, async () => {
      const { body, status } = await create({ number })
      const face = testCardFace(name)
      expect([status, body.card.last4, number.endsWith(body.card.last4)]).toEqual([200, face?.last4, true])
    })

  for (const [what, card, code, param] of [
    ['a number that no card has', { number: '4242424242424241' }, 'incorrect_number', 'card[number]'],
    ['a text', { number: 'pm_card_visa' }, 'incorrect_number', 'card[number]'],
    // A well-known one that is not among the published: for all we know, somebody's.
    ["somebody's number", { number: '4111111111111111' }, 'card_number_refused', 'card[number]'],
    ['month 13', { exp_month: 13 }, 'invalid_expiry_month', 'card[exp_month]'],
    ['a year that is over', { exp_year: 2020 }, 'invalid_expiry_year', 'card[exp_year]'],
    ['a security code of two digits', { cvc: '99' }, 'invalid_cvc', 'card[cvc]'],
    ['a security code of four digits', { cvc: '1234' }, 'invalid_cvc', 'card[cvc]'],
    ['a number in the name', { name: '4242424242424242' }, 'card_number_refused', 'card[name]'],
  ] as const)
    test(`with ${what} is refused as ${code}`, async () =>
      expect(errorOf(await create(card))).toEqual([402, code, param]))

  test('may send a number in that one place of that one operation only', async () => {
    const { id, client_secret } = (await bench.call('/v1/payment_intents', { body: { amount: 5000, currency: 'usd' } }))
      .body
    const body = { client_secret, payment_method: visa.number }
    const refused = await ask(`/v1/payment_intents/${id}/confirm`, { publishable: true, body })
    expect(errorOf(refused)).toEqual([402, 'card_number_refused', 'payment_method'])
  })

  test('sends no number in live mode, and a server in neither', async () => {
    for (const options of [{ mode: 'live' }, { publishable: false }, { publishable: false, mode: 'live' }] as const)
      for (const number of [visa.number, '4242424242424241'])
        expect(errorOf(await create({ number }, options))).toEqual([402, 'card_number_refused', 'card[number]'])
  })
})

describe('a token', () => {
  test('becomes a payment method once, with what was entered, whoever asks how often at once', async () => {
    const { id } = (await create({ name: 'Ada', address_zip: '12345', number: '5555555555554444' })).body
    const answers = await Promise.all(Array.from({ length: 6 }, () => method(id)))
    const [made] = answers.filter(({ status }) => status === 200)
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(made?.body).toMatchObject({
      card: { brand: 'mastercard', last4: '4444', exp_month: 12, exp_year: 2030 },
      billing_details: { name: 'Ada', address: { postal_code: '12345' } },
    })
    expect(errorOf(await method(id))).toEqual([400, 'token_already_used', undefined])
    expect((await ask(`/v1/tokens/${id}`)).body.used).toBe(true)
  })

  test('becomes the source of a customer, unless its card is declined', async () => {
    const { id } = (await create()).body
    const customer = await ask('/v1/customers', { body: { source: id } })
    expect(customer.status).toBe(200)
    const declined = (await create({ number: '4000000000000002' })).body
    const refused = await ask('/v1/customers', { body: { source: declined.id } })
    expect(errorOf(refused).slice(0, 2)).toEqual([402, 'card_declined'])
    expect((await ask(`/v1/tokens/${declined.id}`)).body.used).toBe(false)
  })

  test('of another merchant is as unknown as any other', async () => {
    const { id } = (await create()).body
    const foreign = { merchant: 'acct_evil' }
    expect((await ask(`/v1/tokens/${id}`, foreign)).status).toBe(404)
    expect(errorOf(await method(id, foreign))).toEqual([400, 'resource_missing', 'card[token]'])
    expect((await ask(`/v1/tokens/${id}`)).body.used).toBe(false)
  })

  test('is forgotten after a day', async () => {
    const { id } = (await create()).body
    bench.clock.advance(25 * 60 * 60 * 1000)
    while (await bench.parts.cleanup.round());
    expect((await ask(`/v1/tokens/${id}`)).status).toBe(404)
  })

  test("is forgotten a day later by the real clock, however far its merchant's is ahead", async () => {
    const ahead = { merchant: 'acct_ahead' }
    await bench.call('/v1/test_helpers/clock/advance', { ...ahead, body: { advance_by: 300 * 86_400 } })
    const { id } = (await create({ exp_year: '2035' }, ahead)).body
    while (await bench.parts.cleanup.round());
    expect((await ask(`/v1/tokens/${id}`, ahead)).status).toBe(200)
    bench.clock.advance(25 * 60 * 60 * 1000)
    while (await bench.parts.cleanup.round());
    expect((await ask(`/v1/tokens/${id}`, ahead)).status).toBe(404)
  })
})

test('no number and no security code is kept or logged, not even of a test card', async () => {
  const cvc = '953'
  for (const number of ['4242424242424242', '4000 0566 5566 5556', '4111111111111111'])
    for (const key of [undefined, `cards-${number.length}-${number.slice(-4)}`])
      await create({ number, cvc }, key === undefined ? {} : { key })
  const [row] = await bench.database.owner.sql<{ kept: string }>`
    select string_agg(query_to_xml(format('select one::text as row from %I.%I one', schemaname, tablename), true, false, '')::text, ' ') as kept
    from pg_tables where schemaname = 'payments'`
  for (const text of [row?.kept ?? '', bench.logged.join('\n')]) {
    expect(text).not.toMatch(/4242424242424242|40000566|4000 0566|41111111/)
    expect(text).not.toContain(`"${cvc}"`)
  }
})
