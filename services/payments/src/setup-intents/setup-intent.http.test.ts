import { isUniqueViolation, SQLSTATE, sqlState } from '@micro/postgres'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Bench, CallOptions } from '../payments.fixture.ts'
import { openSetupIntents, type Ask } from './setup-intents.fixture.ts'

let bench: Bench
let ask: Ask
let customer: () => Promise<string>
beforeAll(async () => {
  ;({ bench, ask, customer } = await openSetupIntents())
})
afterAll(() => bench[Symbol.asyncDispose]())

const path = '/v1/setup_intents'
const create = async (body: object = {}) => (await ask(path, { body })).body
const confirm = (id: string, body: object = {}, options: CallOptions = {}) => {
  bench.clock.advance(1)
  return ask(`${path}/${id}/confirm`, { body, ...options })
}
const methodsOf = async (of: string) => (await ask(`/v1/payment_methods?customer=${of}`)).body.data.map(({ id }) => id)
const attemptsOf = async (id: string) =>
  (await ask(`/v1/setup_attempts?setup_intent=${id}`)).body.data.map(({ status }) => status)
const typesOf = async (id: string) => (await bench.events(id)).map(({ type }) => type)

describe('creating', () => {
  test('shows the intent as Stripe does, announces it, and gives it back by id', async () => {
    const of = await customer()
    const body = await create({ customer: of, description: 'Keep', metadata: { a: 'b' }, usage: 'on_session' })
    expect(body).toMatchObject({
      object: 'setup_intent',
      customer: of,
      description: 'Keep',
      metadata: { a: 'b' },
      status: 'requires_payment_method',
      usage: 'on_session',
      payment_method: null,
      payment_method_types: ['card'],
      latest_attempt: null,
      next_action: null,
    })
    expect(body.client_secret).toMatch(new RegExp(`^${body.id}_secret_\\w{20,}$`))
    expect((await ask(`${path}/${body.id}`)).body).toEqual(body)
    expect(await bench.events(body.id)).toMatchObject([{ type: 'setup_intent.created', object: body }])
  })

  test('with a payment method it awaits its confirmation, and the alias has become a payment method', async () => {
    const body = await create({ payment_method: 'pm_card_visa' })
    expect(body.status).toBe('requires_confirmation')
    expect(body.payment_method).toMatch(/^pm_[0-9A-Za-z]+$/)
  })

  for (const url of ['shop', 'javascript:alert(1)', '//shop.test/x'])
    test(`a return_url of ${url}, which no browser is to follow, is refused by name`, async () => {
      const { id } = await create()
      const body = { payment_method: 'pm_card_visa', return_url: url }
      for (const answer of [await ask(path, { body: { ...body, confirm: true } }), await confirm(id, body)])
        expect([answer.status, answer.body.error?.param]).toEqual([400, 'return_url'])
    })

  test('with confirm=true is done in one call, once for each key', async () => {
    const of = await customer()
    const body = { customer: of, payment_method: 'pm_card_visa', confirm: true }
    const answers = await Promise.all(Array.from({ length: 4 }, () => ask(path, { body, key: 'create-confirm' })))
    for (const { status } of answers) expect([200, 409]).toContain(status)
    const again = await ask(path, { body, key: 'create-confirm' })
    expect([again.body.status, again.headers['idempotent-replayed']]).toEqual(['succeeded', 'true'])
    expect(await methodsOf(of)).toEqual([again.body.payment_method])
  })

  test('with confirm=true and a declined card leaves an intent that can be confirmed with another', async () => {
    const body = { payment_method: 'pm_card_chargeDeclined', confirm: true }
    const refused = await ask(path, { body, key: 'create-declined' })
    expect(refused.status).toBe(402)
    expect((await ask(path, { body, key: 'create-declined' })).text).toBe(refused.text)
    const { id, status } = refused.body.error.setup_intent
    expect(status).toBe('requires_payment_method')
    expect(await typesOf(id)).toEqual(['setup_intent.created', 'setup_intent.setup_failed'])
    expect((await confirm(id, { payment_method: 'pm_card_visa' })).body.status).toBe('succeeded')
  })

  const refusals: [string, object, string, string][] = [
    ['an unknown customer', { customer: 'cus_unknown' }, 'resource_missing', 'customer'],
    ['an unknown payment method', { payment_method: 'pm_unknown' }, 'resource_missing', 'payment_method'],
    ['confirm without a payment method', { confirm: true }, 'payment_method_missing', 'payment_method'],
    ['a card number', { payment_method: '4242424242424242' }, 'card_number_refused', 'payment_method'],
    ['a usage that is none', { usage: 'sometimes' }, 'parameter_invalid', 'usage'],
  ]
  for (const [what, body, code, param] of refusals)
    test(`${what} is refused as ${code}, and nothing is kept`, async () => {
      const merchant = `acct_${code}_${what.length}`
      const refused = await ask(path, { body, merchant })
      expect([refused.body.error['code'], refused.body.error['param']]).toEqual([code, param])
      expect((await ask(path, { merchant })).body.data).toEqual([])
    })
})

describe('confirming', () => {
  test('attaches the payment method to the customer, and tells so', async () => {
    const of = await customer()
    const { id } = await create({ customer: of })
    const { body } = await confirm(id, { payment_method: 'pm_card_visa' })
    expect(body).toMatchObject({ status: 'succeeded', customer: of, last_setup_error: null })
    expect(await methodsOf(of)).toEqual([body.payment_method])
    expect(await typesOf(id)).toEqual(['setup_intent.created', 'setup_intent.succeeded'])
    expect(await typesOf(String(body.payment_method))).toEqual(['payment_method.attached'])
    expect(await attemptsOf(id)).toEqual(['succeeded'])
    expect((await ask(`${path}/${id}?expand[]=latest_attempt&expand[]=customer`)).body).toMatchObject({
      latest_attempt: { object: 'setup_attempt', payment_method_details: { card: { last4: '4242' } } },
      customer: { object: 'customer', id: of },
    })
  })

  test('without a customer leaves the payment method to be attached later', async () => {
    const { id } = await create({ payment_method: 'pm_card_visa' })
    const method = (await confirm(id)).body.payment_method
    const to = await customer()
    const attached = await ask(`/v1/payment_methods/${method}/attach`, { body: { customer: to } })
    expect(attached.body.customer).toBe(to)
  })

  test('a decline is told with the intent, which takes another card', async () => {
    const { id } = await create({
      customer: await customer(),
      payment_method: 'pm_card_chargeDeclinedInsufficientFunds',
    })
    const { status, body } = await confirm(id)
    expect([status, body.error]).toMatchObject([
      402,
      {
        type: 'card_error',
        code: 'card_declined',
        decline_code: 'insufficient_funds',
        payment_method: { object: 'payment_method', customer: null },
        setup_intent: {
          id,
          status: 'requires_payment_method',
          payment_method: null,
          last_setup_error: { code: 'card_declined', payment_method: { card: { last4: '9995' } } },
        },
      },
    ])
    expect(await attemptsOf(id)).toEqual(['failed'])
    expect((await confirm(id, { payment_method: 'pm_card_visa' })).body).toMatchObject({
      status: 'succeeded',
      last_setup_error: null,
    })
    expect(await attemptsOf(id)).toEqual(['succeeded', 'failed'])
  })

  test('a card that asks for its holder waits for an action, and may be replaced by another', async () => {
    const { id } = await create({ payment_method: 'pm_card_authenticationRequiredOnSetup' })
    const { body } = await confirm(id, { return_url: 'https://shop.example/back' })
    expect(body).toMatchObject({
      status: 'requires_action',
      next_action: { type: 'redirect_to_url', redirect_to_url: { return_url: 'https://shop.example/back' } },
    })
    expect(await typesOf(id)).toEqual(['setup_intent.created', 'setup_intent.requires_action'])
    expect((await confirm(id, { payment_method: 'pm_card_visa' })).body).toMatchObject({
      status: 'succeeded',
      next_action: null,
    })
    expect(await attemptsOf(id)).toEqual(['succeeded', 'abandoned'])
  })

  test('of many who confirm at once, one does; the others are told that it has succeeded', async () => {
    const of = await customer()
    const { id } = await create({ customer: of })
    const answers = await Promise.all(Array.from({ length: 6 }, () => confirm(id, { payment_method: 'pm_card_visa' })))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    for (const { status, body } of answers)
      if (status !== 200)
        expect(body.error).toMatchObject({
          code: 'setup_intent_unexpected_state',
          setup_intent: { status: 'succeeded' },
        })
    expect(await methodsOf(of)).toHaveLength(1)
    expect(await typesOf(id)).toEqual(['setup_intent.created', 'setup_intent.succeeded'])
  })

  test('confirmed and canceled at once, it is one of the two', async () => {
    for (let round = 0; round < 5; round++) {
      const of = await customer()
      const { id } = await create({ customer: of, payment_method: 'pm_card_visa' })
      await Promise.all([confirm(id), ask(`${path}/${id}/cancel`, { body: {} })])
      const { status } = (await ask(`${path}/${id}`)).body
      expect([status, await methodsOf(of)]).toEqual([status, status === 'succeeded' ? [expect.any(String)] : []])
      expect(await typesOf(id)).toEqual(['setup_intent.created', `setup_intent.${status}`])
    }
  })

  test('while the processor does not answer nothing changes, and the same key may be tried again', async () => {
    const { id } = await create({ payment_method: 'pm_card_visa' })
    bench.processor.verifications.push('throws_before')
    const failed = await confirm(id, {}, { key: 'unanswered' })
    expect(failed.body.error['code']).toBe('processing_error')
    expect((await ask(`${path}/${id}`)).body.status).toBe('requires_confirmation')
    expect((await confirm(id, {}, { key: 'unanswered' })).body.status).toBe('succeeded')
  })

  test("refuses what is another customer's, and what is spent", async () => {
    const [of, other] = [await customer(), await customer()]
    const { id: theirs } = (await ask('/v1/payment_methods/pm_card_visa/attach', { body: { customer: other } })).body
    const { id } = await create({ customer: of })
    const unexpected = { code: 'payment_method_unexpected_state', param: 'payment_method' }
    expect((await confirm(id, { payment_method: theirs })).body.error).toMatchObject(unexpected)
    await ask(`/v1/payment_methods/${theirs}/detach`, { body: {} })
    expect((await confirm(id, { payment_method: theirs })).body.error).toMatchObject({ code: unexpected.code })
    expect((await confirm(id)).body.error).toMatchObject({ code: 'payment_method_missing', setup_intent: { id } })
    expect(await attemptsOf(id)).toEqual([])
  })

  test('after its customer was deleted is refused', async () => {
    const of = await customer()
    const { id } = await create({ customer: of, payment_method: 'pm_card_visa' })
    await ask(`/v1/customers/${of}`, { method: 'DELETE' })
    expect((await confirm(id)).body.error).toMatchObject({ code: 'resource_missing', param: 'customer' })
  })
})

describe('changing', () => {
  test('its payment method and customer change while it is open, its notes always', async () => {
    const { id } = await create({ metadata: { a: '1' } })
    const of = await customer()
    const changed = await ask(`${path}/${id}`, {
      body: { customer: of, payment_method: 'pm_card_visa', description: 'x' },
    })
    expect(changed.body).toMatchObject({ customer: of, status: 'requires_confirmation', description: 'x' })
    await confirm(id)
    expect((await ask(`${path}/${id}`, { body: { payment_method: 'pm_card_visa' } })).body.error).toMatchObject({
      code: 'setup_intent_unexpected_state',
    })
    expect((await ask(`${path}/${id}`, { body: { description: '', metadata: { b: '2' } } })).body).toMatchObject({
      description: null,
      metadata: { a: '1', b: '2' },
      status: 'succeeded',
    })
  })

  test('a payment method of one customer is not taken along to another', async () => {
    const [of, other] = [await customer(), await customer()]
    const method = (await ask('/v1/payment_methods/pm_card_visa/attach', { body: { customer: of } })).body.id
    const { id } = await create({ customer: of, payment_method: method })
    expect((await ask(`${path}/${id}`, { body: { customer: other } })).body.error).toMatchObject({
      code: 'payment_method_unexpected_state',
    })
  })

  test('canceling ends it, says why, and ends a waiting attempt', async () => {
    const { id } = await create({ payment_method: 'pm_card_authenticationRequired' })
    await confirm(id)
    const { body } = await ask(`${path}/${id}/cancel`, { body: { cancellation_reason: 'abandoned' } })
    expect(body).toMatchObject({ status: 'canceled', cancellation_reason: 'abandoned', next_action: null })
    expect(await attemptsOf(id)).toEqual(['abandoned'])
    expect((await confirm(id, { payment_method: 'pm_card_visa' })).body.error).toMatchObject({
      code: 'setup_intent_unexpected_state',
      setup_intent: { status: 'canceled' },
    })
  })
})

test('lists are narrowed by customer and payment method, and go both ways', async () => {
  const of = await customer()
  const ids: string[] = []
  for (let at = 0; at < 3; at++) {
    ids.unshift((await create({ customer: of })).id)
    bench.clock.advance(1_000)
  }
  const list = async (query: string) => (await ask(`${path}?${query}`)).body.data.map(({ id }) => id)
  expect(await list(`customer=${of}`)).toEqual(ids)
  expect(await list(`customer=${of}&starting_after=${ids[0]}`)).toEqual(ids.slice(1))
  expect(await list(`customer=${of}&ending_before=${ids[1]}`)).toEqual(ids.slice(0, 1))
  const method = (await confirm(String(ids[1]), { payment_method: 'pm_card_visa' })).body.payment_method
  expect(await list(`payment_method=${method}`)).toEqual([ids[1]])
})

describe("a payer's page", () => {
  const page = (url: string, options: CallOptions = {}) => ask(url, { publishable: true, ...options })

  test('that was given the client secret sees and confirms the intent, and no more of it than it needs', async () => {
    const made = await create({ customer: await customer(), metadata: { margin: '40 %' } })
    const { id, client_secret } = made
    const seen = await page(`${path}/${id}?client_secret=${client_secret}`)
    expect(seen.body).toMatchObject({ id, status: 'requires_payment_method' })
    const done = await page(`${path}/${id}/confirm`, { body: { client_secret, payment_method: 'pm_card_visa' } })
    expect(done.body.status).toBe('succeeded')
    for (const { body } of [seen, done])
      for (const name of ['metadata', 'customer', 'last_setup_error'])
        expect([name, name in body]).toEqual([name, false])
  })

  test('that was not has nothing of it, whatever it sends', async () => {
    const { id, client_secret } = await create({ payment_method: 'pm_card_visa' })
    const other = await create()
    expect((await page(`${path}/${id}`)).body.error).toMatchObject({
      code: 'parameter_missing',
      param: 'client_secret',
    })
    for (const secret of [other.client_secret, `${client_secret}x`, client_secret.slice(0, -1)]) {
      expect((await page(`${path}/${id}?client_secret=${secret}`)).status).toBe(404)
      expect((await page(`${path}/${id}/confirm`, { body: { client_secret: secret } })).status).toBe(404)
      expect((await ask(`${path}/${id}?client_secret=${secret}`)).status).toBe(404)
    }
    for (const [url, options] of [
      [path, {}],
      [`${path}/${id}`, { body: {} }],
      [`${path}/${id}/cancel`, { body: {} }],
    ] as const)
      expect((await page(url, options)).body.error['code']).toBe('secret_key_required')
    expect((await ask(`${path}/${id}`)).body.status).toBe('requires_confirmation')
  })
})

describe('isolation', () => {
  for (const [who, options] of [
    ['another merchant', { merchant: 'acct_evil' }],
    ['the other mode', { mode: 'live' }],
  ] as [string, CallOptions][])
    test(`for ${who} a setup intent is exactly as unknown as one that never was`, async () => {
      const { id } = await create({ payment_method: 'pm_card_visa' })
      const unknown = `seti_${'0'.repeat(24)}`
      const requests: [string, object | undefined][] = [
        ['', undefined],
        ['', {}],
        ['/confirm', {}],
        ['/cancel', {}],
      ]
      for (const [suffix, body] of requests) {
        const of = (each: string) =>
          ask(`${path}/${each}${suffix}`, body === undefined ? options : { ...options, body })
        const [foreign, missing] = [await of(id), await of(unknown)]
        expect(foreign.status).toBe(404)
        expect(foreign.text.replaceAll(id, 'ID')).toBe(missing.text.replaceAll(unknown, 'ID'))
      }
      const attempts = await ask(`/v1/setup_attempts?setup_intent=${id}`, options)
      expect(attempts.body.error).toMatchObject({ code: 'resource_missing', param: 'setup_intent' })
    })
})

test('the database keeps what became of it, whoever asks', async () => {
  const { id } = await create({ payment_method: 'pm_card_visa' })
  await confirm(id)
  const failure = (work: Promise<unknown>) =>
    work.then(
      () => undefined,
      (error: unknown) => error,
    )
  const { sql } = bench.database.owner
  const reopen = sql`update payments.setup_intents set status = 'requires_confirmation' where id = ${id}`
  expect(sqlState(await failure(reopen))).toBe('23001')
  const again = sql`insert into payments.setup_attempts select id || '2', merchant, mode, setup_intent, payment_method,
    customer, usage, status, card, setup_error, created_at from payments.setup_attempts where setup_intent = ${id}`
  expect(isUniqueViolation(await failure(again), 'setup_attempts_one_succeeded')).toBe(true)
  const gone = bench.database.db.sql`delete from payments.setup_intents where id = ${id}`
  expect(sqlState(await failure(gone))).toBe(SQLSTATE.insufficientPrivilege)
})
