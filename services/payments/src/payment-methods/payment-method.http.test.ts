import { isCheckViolation, SQLSTATE, sqlState } from '@micro/postgres'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openCustomers, typesOf, type Ask } from '../customers/customers.fixture.ts'
import type { Bench, CallOptions } from '../payments.fixture.ts'

let bench: Bench
let ask: Ask
beforeAll(async () => {
  ;({ bench, ask } = await openCustomers())
})
afterAll(() => bench[Symbol.asyncDispose]())

const path = '/v1/payment_methods'
const card = { type: 'card', card: { token: 'tok_visa' } }
const create = async (body: object = card) => (await ask(path, { body })).body
const customer = async (options: CallOptions = {}): Promise<string> =>
  (await ask('/v1/customers', { body: {}, ...options })).body.id
const attach = (id: string, to: string, options: CallOptions = {}) => {
  bench.clock.advance(1)
  return ask(`${path}/${id}/attach`, { body: { customer: to }, ...options })
}
const detach = (id: string) => ask(`${path}/${id}/detach`, { body: {} })

describe('creating', () => {
  test('shows the card as Stripe does, and gives it back by id', async () => {
    const body = await create({ ...card, billing_details: { name: 'Ada', address: { line1: '1 Main St' } } })
    expect(body).toMatchObject({
      object: 'payment_method',
      type: 'card',
      customer: null,
      billing_details: { name: 'Ada', email: null, address: { line1: '1 Main St', city: null } },
      card: {
        brand: 'visa',
        last4: '4242',
        country: 'US',
        funding: 'credit',
        checks: { cvc_check: 'unchecked', address_line1_check: 'unchecked', address_postal_code_check: null },
        networks: { available: ['visa'], preferred: null },
        three_d_secure_usage: { supported: true },
      },
    })
    expect((await ask(`${path}/${body.id}`)).body).toEqual(body)
  })

  const faces = [
    ['tok_amex', 'amex', '0005', 'US', 'credit'],
    ['tok_visa_debit', 'visa', '5556', 'US', 'debit'],
    ['tok_gb', 'visa', '0000', 'GB', 'credit'],
  ] as const
  for (const [token, brand, last4, country, funding] of faces)
    test(`${token} is a ${brand} card from ${country}`, async () =>
      expect((await create({ type: 'card', card: { token } })).card).toMatchObject({ brand, last4, country, funding }))

  test('a card is recognised again by its fingerprint, by its own merchant alone', async () => {
    const of = async (token: string, merchant: string) =>
      (await ask(path, { body: { type: 'card', card: { token } }, merchant })).body.card.fingerprint
    expect(await of('tok_visa', 'acct_a')).toBe(await of('tok_us', 'acct_a'))
    expect(await of('tok_visa', 'acct_a')).not.toBe(await of('tok_mastercard', 'acct_a'))
    expect(await of('tok_visa', 'acct_a')).not.toBe(await of('tok_visa', 'acct_b'))
  })

  const number = '4242424242424242'
  const refusals: [string, object, number, string, string][] = [
    [
      'a card number',
      { number, exp_month: 12, exp_year: 2040, cvc: '123' },
      402,
      'card_number_refused',
      'card[number]',
    ],
    ['a number that is no card', { number: '4242424242424241' }, 402, 'card_number_refused', 'card[number]'],
    ['a security code', { token: 'tok_visa', cvc: '123' }, 402, 'card_number_refused', 'card[cvc]'],
    ['a card number as token', { token: number }, 402, 'card_number_refused', 'card[token]'],
    ['no token', {}, 400, 'parameter_missing', 'card[token]'],
    ['an unknown token', { token: 'tok_nope' }, 400, 'resource_missing', 'card[token]'],
    ['an alias as token', { token: 'pm_card_visa' }, 400, 'resource_missing', 'card[token]'],
  ]
  for (const [what, given, status, code, param] of refusals)
    test(`${what} is refused as ${code}, and nothing is kept under the key`, async () => {
      const merchant = `acct_${code}_${what.length}`
      const refused = await ask(path, {
        body: { type: 'card', card: given },
        merchant,
        ...(status === 402 ? { key: 'k' } : {}),
      })
      expect([refused.status, refused.body.error['code'], refused.body.error['param']]).toEqual([status, code, param])
      expect(bench.logged.join('\n')).not.toMatch(/424242424242/)
      expect(await bench.database.db.sql`select 1 from payments.idempotency_keys where merchant = ${merchant}`).toEqual(
        [],
      )
      expect(await bench.database.db.sql`select 1 from payments.payment_methods where merchant = ${merchant}`).toEqual(
        [],
      )
    })

  test('in live mode it takes a processor', async () => {
    expect((await ask(path, { body: card, mode: 'live' })).body.error['code']).toBe('processor_not_configured')
    const to = await customer({ mode: 'live' })
    expect((await attach('pm_card_visa', to, { mode: 'live' })).status).toBe(404)
  })
})

describe('attaching', () => {
  test('makes it the customer’s, tells so, and shows it in the customer’s list', async () => {
    const [{ id }, to] = [await create(), await customer()]
    const attached = await attach(id, to)
    expect(attached.body).toMatchObject({ id, customer: to, card: { checks: { cvc_check: 'pass' } } })
    expect((await ask(`${path}?customer=${to}`)).body.data).toEqual([attached.body])
    expect((await ask(`/v1/customers/${to}/payment_methods`)).body.data).toEqual([attached.body])
    expect((await ask(`/v1/customers/${to}/payment_methods/${id}`)).body).toEqual(attached.body)
    expect(await typesOf(bench, id)).toEqual(['payment_method.attached'])
  })

  test('by an alias makes a new one each time', async () => {
    const to = await customer()
    const ids = [await attach('pm_card_visa', to), await attach('pm_card_visa', to)].map(({ body }) => body.id)
    expect(new Set(ids).size).toBe(2)
    expect((await ask(`${path}?customer=${to}`)).body.data.map(({ id }) => id)).toEqual(ids.toReversed())
  })

  test('pages through what a customer has', async () => {
    const to = await customer()
    const ids: string[] = []
    for (let at = 0; at < 3; at++) ids.unshift((await attach('pm_card_visa', to)).body.id)
    const page = async (query: string) => (await ask(`${path}?customer=${to}&${query}`)).body
    expect((await page('limit=2')).data.map(({ id }) => id)).toEqual(ids.slice(0, 2))
    expect((await page(`starting_after=${ids[1]}`)).data.map(({ id }) => id)).toEqual(ids.slice(2))
    expect((await page(`ending_before=${ids[1]}`)).data.map(({ id }) => id)).toEqual(ids.slice(0, 1))
  })

  test('a card that is declined at once is not attached, and the decline says why', async () => {
    const to = await customer()
    const { status, body } = await attach('pm_card_chargeDeclinedInsufficientFunds', to, { key: 'declined' })
    expect([status, body.error]).toMatchObject([
      402,
      {
        type: 'card_error',
        code: 'card_declined',
        decline_code: 'insufficient_funds',
        message: 'Your card has insufficient funds.',
      },
    ])
    const again = await attach('pm_card_chargeDeclinedInsufficientFunds', to, { key: 'declined' })
    expect([again.body, again.headers['idempotent-replayed']]).toEqual([body, 'true'])
    expect((await attach('pm_card_chargeDeclinedExpiredCard', to)).body.error).toMatchObject({
      code: 'expired_card',
      param: 'exp_month',
    })
    expect((await ask(`${path}?customer=${to}`)).body.data).toEqual([])
  })

  test('a card that fails only when charged is attached', async () => {
    expect((await attach('pm_card_chargeCustomerFail', await customer())).body.card.last4).toBe('0341')
  })

  for (const how of ['throws_before', 'hangs_before', 'throws_after'] as const)
    test(`when the processor ${how}, nothing is attached, and the same key may be tried again`, async () => {
      const to = await customer()
      bench.processor.verifications.push(how)
      const failed = await attach('pm_card_visa', to, { key: `verify-${how}` })
      expect(failed.body.error).toMatchObject({ code: 'processing_error', type: 'card_error' })
      expect((await ask(`${path}?customer=${to}`)).body.data).toEqual([])
      expect((await attach('pm_card_visa', to, { key: `verify-${how}` })).body.customer).toBe(to)
    })

  test('names what is unknown, and tells its place', async () => {
    const { id } = await create()
    expect((await attach('pm_unknown', 'cus_unknown')).status).toBe(404)
    expect((await attach(id, 'cus_unknown')).body.error).toMatchObject({ code: 'resource_missing', param: 'customer' })
    expect((await ask(`${path}?customer=cus_unknown`)).body.error).toMatchObject({ param: 'customer' })
    expect((await ask(path)).body.error).toMatchObject({ code: 'parameter_missing', param: 'customer' })
  })
})

describe('a payment method belongs to one customer in its life', () => {
  const unexpected = { code: 'payment_method_unexpected_state' }

  test('it is attached once, and never again after it was detached', async () => {
    const [{ id }, one, other] = [await create(), await customer(), await customer()]
    expect((await detach(id)).body.error).toMatchObject(unexpected)
    await attach(id, one)
    for (const to of [one, other]) expect((await attach(id, to)).body.error).toMatchObject(unexpected)
    expect((await detach(id)).body).toMatchObject({ id, customer: null })
    for (const to of [one, other]) expect((await attach(id, to)).body.error).toMatchObject(unexpected)
    expect((await detach(id)).body.error).toMatchObject(unexpected)
    expect((await ask(`${path}?customer=${one}`)).body.data).toEqual([])
    expect(await typesOf(bench, id)).toEqual(['payment_method.attached', 'payment_method.detached'])
  })

  test('of many who attach it at once, to many customers, one does', async () => {
    const { id } = await create()
    const customers = await Promise.all(Array.from({ length: 6 }, () => customer()))
    const answers = await Promise.all(customers.map((to) => attach(id, to)))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    for (const { status, body } of answers) if (status !== 200) expect(body.error).toMatchObject(unexpected)
    expect(await typesOf(bench, id)).toEqual(['payment_method.attached'])
  })

  test('of many who detach it at once, one does', async () => {
    const { id } = (await attach('pm_card_visa', await customer())).body
    const answers = await Promise.all(Array.from({ length: 6 }, () => detach(id)))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(await typesOf(bench, id)).toEqual(['payment_method.attached', 'payment_method.detached'])
  })

  test('attached while its customer is deleted, it is refused, or detached with the rest', async () => {
    for (let round = 0; round < 5; round++) {
      const [{ id }, to] = [await create(), await customer()]
      const [attached, deleted] = await Promise.all([attach(id, to), ask(`/v1/customers/${to}`, { method: 'DELETE' })])
      expect(deleted.status).toBe(200)
      expect((await ask(`${path}/${id}`)).body.customer).toBe(null)
      expect((await typesOf(bench, id)).length).toBe(attached.status === 200 ? 2 : 0)
    }
  })

  test('detaching the default leaves the customer without one', async () => {
    const to = await customer()
    const { id } = (await attach('pm_card_visa', to)).body
    await ask(`/v1/customers/${to}`, { body: { invoice_settings: { default_payment_method: id } } })
    await detach(id)
    expect((await ask(`/v1/customers/${to}`)).body.invoice_settings.default_payment_method).toBe(null)
    expect((await typesOf(bench, to)).at(-1)).toBe('customer.updated')
  })

  test('the database holds to it whoever asks', async () => {
    const [one, other] = [await customer(), await customer()]
    const { id } = (await attach('pm_card_visa', one)).body
    const { sql } = bench.database.owner
    const failure = (work: Promise<unknown>) =>
      work.then(
        () => undefined,
        (error: unknown) => error,
      )
    const move = sql`update payments.payment_methods set customer = ${other} where id = ${id}`
    expect(isCheckViolation(await failure(move), 'one_customer_in_its_life')).toBe(true)
    await detach(id)
    const revive = sql`update payments.payment_methods set status = 'attached' where id = ${id}`
    expect(isCheckViolation(await failure(revive), 'spent_stays_spent')).toBe(true)
    const free = sql`update payments.payment_methods set customer = null where id = ${id}`
    expect(isCheckViolation(await failure(free), 'one_customer_in_its_life')).toBe(true)
    const { sql: asService } = bench.database.db
    for (const attempt of [
      () => asService`update payments.payment_methods set processor_method = 'x' where id = ${id}`,
      () => asService`update payments.payment_methods set merchant = 'x' where id = ${id}`,
      () => asService`delete from payments.payment_methods where id = ${id}`,
      () => asService`delete from payments.customers where id = ${one}`,
    ])
      expect(sqlState(await failure(attempt()))).toBe(SQLSTATE.insufficientPrivilege)
  })
})

describe('changing', () => {
  test('an attached one changes what is given', async () => {
    const { id } = (await attach('pm_card_visa', await customer())).body
    const changed = await ask(`${path}/${id}`, {
      body: { billing_details: { name: 'Ada', email: 'a@example.com' }, metadata: { a: '1' }, card: { exp_year: 40 } },
    })
    expect(changed.body).toMatchObject({
      billing_details: { name: 'Ada', email: 'a@example.com' },
      metadata: { a: '1' },
      card: { exp_month: 1, exp_year: 2040 },
    })
    expect(
      (await ask(`${path}/${id}`, { body: { billing_details: { email: '' } } })).body.billing_details,
    ).toMatchObject({
      name: 'Ada',
      email: null,
    })
    expect(await typesOf(bench, id)).toEqual([
      'payment_method.attached',
      'payment_method.updated',
      'payment_method.updated',
    ])
  })

  const wrong: [object, string, string][] = [
    [{ exp_month: 13 }, 'invalid_expiry_month', 'card[exp_month]'],
    [{ exp_year: 2020 }, 'invalid_expiry_year', 'card[exp_year]'],
    [{ exp_year: 2100 }, 'invalid_expiry_year', 'card[exp_year]'],
  ]
  for (const [given, code, param] of wrong)
    test(`${JSON.stringify(given)} is refused as ${code}`, async () => {
      const { id } = (await attach('pm_card_visa', await customer())).body
      const refused = await ask(`${path}/${id}`, { body: { card: given } })
      expect([refused.status, refused.body.error]).toMatchObject([402, { type: 'card_error', code, param }])
    })

  test('one without a customer cannot be changed', async () => {
    const { id } = await create()
    expect((await ask(`${path}/${id}`, { body: {} })).body.error['code']).toBe('payment_method_unexpected_state')
  })
})

describe('isolation', () => {
  for (const [who, options] of [
    ['another merchant', { merchant: 'acct_evil' }],
    ['the other mode', { mode: 'live' }],
  ] as [string, CallOptions][])
    test(`for ${who} a payment method is exactly as unknown as one that never was`, async () => {
      const { id } = await create()
      const unknown = `pm_${'0'.repeat(24)}`
      const theirs = await customer(options)
      const requests: [string, object | undefined][] = [
        ['', undefined],
        ['', {}],
        ['/attach', { customer: theirs }],
        ['/detach', {}],
      ]
      for (const [suffix, body] of requests) {
        const given = body === undefined ? options : { ...options, body }
        const [foreign, missing] = [
          await ask(`${path}/${id}${suffix}`, given),
          await ask(`${path}/${unknown}${suffix}`, given),
        ]
        expect(foreign.status).toBe(404)
        expect(foreign.text.replaceAll(id, 'ID')).toBe(missing.text.replaceAll(unknown, 'ID'))
      }
      const mine = await customer()
      const [foreign, missing] = [
        await ask(`${path}?customer=${mine}`, options),
        await ask(`${path}?customer=cus_0`, options),
      ]
      expect([foreign.status, foreign.text.replaceAll(mine, 'ID')]).toEqual([
        400,
        missing.text.replaceAll('cus_0', 'ID'),
      ])
    })
})
