import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createBench, type Answer, type Bench } from '../payments.fixture.ts'
import { declines } from '../processors/declines.ts'
import { simulatorProcessor } from '../processors/simulator.work.ts'
import { testCards } from '../processors/test-cards.ts'

let bench: Bench
beforeAll(async () => {
  bench = await createBench()
})
afterAll(() => bench[Symbol.asyncDispose]())

const create = async (more: object = {}, options = {}): Promise<string> => {
  const { status, body } = await bench.call('/v1/payment_intents', {
    body: { amount: 1999, currency: 'usd', ...more },
    ...options,
  })
  expect(status).toBe(200)
  return body.id
}
const confirm = (id: string, body: object = { payment_method: 'pm_card_visa' }, options = {}): Promise<Answer> =>
  bench.call(`/v1/payment_intents/${id}/confirm`, { body, ...options })

describe('a confirmed payment', () => {
  test('succeeds, is in the ledger when confirm returns, and sends its events as they were', async () => {
    const id = await create({ description: 'Coffee', metadata: { order: '7' } })
    const { status, body } = await confirm(id)
    expect(status).toBe(200)
    expect(body).toMatchObject({
      id,
      status: 'succeeded',
      amount_received: 1999,
      payment_method: expect.stringMatching(/^pm_[0-9A-Za-z]{24}$/) as string,
      livemode: false,
    })
    expect(bench.ledger.booked.get(`micro:charge:${body.latest_charge ?? ''}`)).toMatchObject({
      merchant: 'acct_a',
      mode: 'test',
      currency: 'usd',
      entries: [
        { account_id: 'sys_processor_receivable_usd', amount: '1999', direction: 'debit' },
        { account_id: 'sys_merchant_balance_usd', amount: '1911', direction: 'credit' },
        { account_id: 'sys_fee_revenue_usd', amount: '88', direction: 'credit' },
      ],
    })
    const events = await bench.events(id)
    expect(events.map(({ type, object }) => [type, object['status']])).toEqual([
      ['payment_intent.created', 'requires_payment_method'],
      ['charge.succeeded', 'succeeded'],
      ['payment_intent.succeeded', 'succeeded'],
    ])
    expect(events[1]?.object).toMatchObject({
      description: 'Coffee',
      metadata: { order: '7' },
      paid: true,
      payment_intent: id,
    })
    const [charge] = await bench.chargesOf(id)
    const movement = await bench.movementOf(id)
    expect(events[1]?.object['balance_transaction'], 'the balance transaction is there at once').toBe(movement?.['id'])
    expect(charge).toMatchObject({ balance_transaction: movement?.['id'], fee: 88n })
    expect(movement).toMatchObject({
      kind: 'charge',
      amount: 1999n,
      fee: 88n,
      net: 1911n,
      description: 'Coffee',
      posting: 'done',
      ledger_transaction: `ltx_of_micro:charge:${body.latest_charge ?? ''}`,
    })
  })

  test('cannot be confirmed or canceled again; the error shows it', async () => {
    const id = await create({ payment_method: 'pm_card_visa', confirm: true })
    for (const command of ['confirm', 'cancel']) {
      const { status, body } = await bench.call(`/v1/payment_intents/${id}/${command}`, { body: {} })
      expect([status, body.error['code'], body.error.payment_intent.status]).toEqual([
        400,
        'payment_intent_unexpected_state',
        'succeeded',
      ])
    }
  })
})

describe('races', () => {
  test('five parallel confirms with one key are one charge, one posting, one pair of events', async () => {
    const id = await create()
    const before = bench.ledger.booked.size
    const answers = await Promise.all(Array.from({ length: 5 }, () => confirm(id, undefined, { key: `race-${id}` })))
    expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThan(0)
    for (const { status, body } of answers)
      expect(status === 200 ? body.status : body.error['code']).toMatch(/^(succeeded|idempotency_key_in_use)$/)
    const again = await confirm(id, undefined, { key: `race-${id}` })
    expect([again.status, again.headers['idempotent-replayed']]).toEqual([200, 'true'])
    expect(await bench.chargesOf(id)).toHaveLength(1)
    expect(await bench.simulated(id)).toBe(1)
    expect(bench.ledger.booked.size - before).toBe(1)
    expect((await bench.events(id)).map(({ type }) => type)).toEqual([
      'payment_intent.created',
      'charge.succeeded',
      'payment_intent.succeeded',
    ])
  })

  test('five parallel confirms without a key are one charge; the others may ask again or learn that it succeeded', async () => {
    const id = await create()
    const answers = await Promise.all(Array.from({ length: 5 }, () => confirm(id)))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    for (const { body } of answers.filter(({ status }) => status !== 200))
      expect(body.error['code']).toMatch(/^(lock_timeout|payment_intent_unexpected_state)$/)
    expect(await bench.simulated(id)).toBe(1)
    expect((await bench.events(id)).filter(({ type }) => type === 'payment_intent.succeeded')).toHaveLength(1)
  })

  test('a second confirm, and a cancel, during a charge are told to try again and stored under no key', async () => {
    const id = await create()
    bench.processor.charges.push('hangs_after')
    const first = confirm(id)
    await expect.poll(async () => (await bench.chargesOf(id)).length).toBe(1)
    const second = await confirm(id, undefined, { key: `second-${id}` })
    expect([second.status, second.body.error['code'], second.headers['stripe-should-retry']]).toEqual([
      429,
      'lock_timeout',
      'true',
    ])
    expect((await bench.call(`/v1/payment_intents/${id}/cancel`, { body: {} })).body.error['code']).toBe('lock_timeout')
    expect((await first).body.status).toBe('succeeded')
    expect((await confirm(id, undefined, { key: `second-${id}` })).body.error['code']).toBe(
      'payment_intent_unexpected_state',
    )
  })
})

describe('a processor whose book is in our own database', () => {
  const within = () =>
    bench.another({
      processors: {
        test: simulatorProcessor({ db: bench.database.db, clock: bench.clock }),
        live: undefined,
      },
    })

  test('charges in the one transaction that answers: nobody ever sees it pending, or the key without its answer', async () => {
    const { call } = within()
    const id = await create()
    const body = { payment_method: 'pm_card_visa' }
    const [seen, answer] = await Promise.all([
      bench.chargesOf(id),
      call(`/v1/payment_intents/${id}/confirm`, { body, key: `within-${id}` }),
    ])
    expect(seen).toEqual([])
    expect(answer.body).toMatchObject({ id, status: 'succeeded', amount_received: 1999 })
    expect(await bench.chargesOf(id)).toMatchObject([
      { status: 'succeeded', captured: true, fee: 88n, processor_id: `sim_${answer.body.latest_charge ?? ''}` },
    ])
    expect(await bench.simulated(id)).toBe(1)
    expect(await bench.movementOf(id)).toMatchObject({ posting: 'done' })
    expect((await bench.events(id)).map(({ type }) => type)).toEqual([
      'payment_intent.created',
      'charge.succeeded',
      'payment_intent.succeeded',
    ])
    const again = await call(`/v1/payment_intents/${id}/confirm`, { body, key: `within-${id}` })
    expect([again.headers['idempotent-replayed'], again.text]).toEqual(['true', answer.text])
  })

  test('of parallel confirms with one key, all tell what the one that charged told', async () => {
    const { call } = within()
    const id = await create()
    const body = { payment_method: 'pm_card_visa' }
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => call(`/v1/payment_intents/${id}/confirm`, { body, key: `race-within-${id}` })),
    )
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1)
    expect(answers[0]?.body.status).toBe('succeeded')
    expect(await bench.simulated(id)).toBe(1)
    expect(await bench.chargesOf(id)).toHaveLength(1)
  })

  test('of parallel creates with one key, one exists, and all tell of it', async () => {
    const { call } = within()
    const body = { amount: 700, currency: 'usd', description: 'one of six' }
    const key = 'six-at-once'
    const answers = await Promise.all(Array.from({ length: 6 }, () => call('/v1/payment_intents', { body, key })))
    expect(new Set(answers.map(({ body: { id } }) => id)).size).toBe(1)
    expect(
      await bench.database.db.sql`select id from payments.payment_intents where description = 'one of six'`,
    ).toHaveLength(1)
    const other = await call('/v1/payment_intents', { body: { ...body, amount: 701 }, key })
    expect([other.status, other.body.error['type']]).toEqual([400, 'idempotency_error'])
  })

  test('opens the dispute that a test card is for, and with it its report', async () => {
    const { call } = within()
    const id = await create()
    const body = { payment_method: 'pm_card_createDispute' }
    const answer = await call(`/v1/payment_intents/${id}/confirm`, { body, key: `disputed-within-${id}` })
    expect(answer.body.status).toBe('succeeded')
    const dispute = `simdp_${answer.body.latest_charge ?? ''}`
    expect(
      await bench.database.db.sql`
        select d.id from payments.simulator_disputes d join payments.simulator_reports r on r.subject = d.id
        where d.id = ${dispute}`,
    ).toEqual([{ id: dispute }])
  })

  test('a decline is answered, stored and told as of any other', async () => {
    const { call } = within()
    const id = await create()
    const options = { body: { payment_method: 'pm_card_chargeDeclined' }, key: `declined-within-${id}` }
    const first = await call(`/v1/payment_intents/${id}/confirm`, options)
    expect([first.status, first.body.error['code']]).toEqual([402, 'card_declined'])
    expect((await call(`/v1/payment_intents/${id}/confirm`, options)).text).toBe(first.text)
    expect((await bench.events(id)).map(({ type }) => type)).toEqual([
      'payment_intent.created',
      'charge.failed',
      'payment_intent.payment_failed',
    ])
    expect((await call(`/v1/payment_intents/${id}/confirm`, { body: { payment_method: 'pm_card_visa' } })).status).toBe(
      200,
    )
  })
})

describe('declines', () => {
  for (const [name, { decline, blocked, authentication }] of testCards) {
    const card =
      blocked === true
        ? declines.fraudulent
        : decline && { param: undefined, adviceCode: undefined, ...declines[decline] }
    if (card === undefined || authentication !== 'never') continue
    test(`${name} is declined with 402 ${card.code} / ${card.declineCode}, and the intent can be paid otherwise`, async () => {
      const id = await create()
      const { status, body } = await confirm(id, { payment_method: name })
      expect(status).toBe(402)
      expect(body.error).toMatchObject({
        type: 'card_error',
        code: card.code,
        decline_code: card.declineCode,
        message: card.message,
      })
      expect([body.error['param'], body.error['advice_code']]).toEqual([
        'param' in card ? card.param : undefined,
        card.adviceCode,
      ])
      expect(body.error.payment_intent).toMatchObject({
        id,
        status: 'requires_payment_method',
        payment_method: null,
        last_payment_error: { code: card.code, message: card.message },
      })
      expect(body.error['charge']).toBe(body.error.payment_intent.latest_charge)
      const events = (await bench.events(id)).slice(1)
      expect(events.map(({ type, object }) => [type, object['status']])).toEqual([
        ['charge.failed', 'failed'],
        ['payment_intent.payment_failed', 'requires_payment_method'],
      ])
      expect((await confirm(id)).body).toMatchObject({ status: 'succeeded', last_payment_error: null })
    })
  }

  test('a refused create with confirm leaves the intent', async () => {
    const { status, body } = await bench.call('/v1/payment_intents', {
      body: { amount: 500, currency: 'eur', payment_method: 'pm_card_chargeDeclined', confirm: true },
    })
    expect(status).toBe(402)
    const { id } = body.error.payment_intent
    expect((await bench.call(`/v1/payment_intents/${id}`)).body.status).toBe('requires_payment_method')
    expect((await bench.events(id)).map(({ type }) => type)).toEqual([
      'payment_intent.created',
      'charge.failed',
      'payment_intent.payment_failed',
    ])
  })

  test('a decline comes again with the same body under its key', async () => {
    const id = await create()
    const first = await confirm(id, { payment_method: 'pm_card_chargeDeclined' }, { key: `decline-${id}` })
    const again = await confirm(id, { payment_method: 'pm_card_chargeDeclined' }, { key: `decline-${id}` })
    expect([again.status, again.text]).toEqual([402, first.text])
    expect(again.headers['idempotent-replayed']).toBe('true')
    expect(await bench.chargesOf(id)).toHaveLength(1)
  })
})

for (const [name, { decline, blocked, authentication }] of testCards) {
  if (decline !== undefined || blocked === true || !['never', 'on_request'].includes(authentication)) continue
  test(`${name} is charged`, async () => {
    expect((await confirm(await create(), { payment_method: name })).body.status).toBe('succeeded')
  })
}

describe('surfaces and modes', () => {
  test('on /payments in test mode a confirm without a payment method uses the test card; /v1 refuses', async () => {
    const id = await create()
    const refused = await confirm(id, {})
    expect([refused.status, refused.body.error['code']]).toEqual([400, 'payment_method_missing'])
    const { status, body } = await bench.call(`/payments/payment_intents/${id}/confirm`, { method: 'POST' })
    expect([status, body.status]).toEqual([200, 'succeeded'])
    expect((await bench.chargesOf(id))[0]).toMatchObject({ processor_method: 'pm_card_visa' })
  })

  test('create answers 201 on the original surface and 200 on /v1, with confirm too', async () => {
    for (const [path, want] of [
      ['/payments/payment_intents', 201],
      ['/v1/payment_intents', 200],
    ] as const) {
      for (const confirmed of [false, true]) {
        const body = { amount: 1999, currency: 'usd', payment_method: 'tok_visa', confirm: confirmed }
        const answer = await bench.call(path, { body, key: `${path}${confirmed}` })
        const again = await bench.call(path, { body, key: `${path}${confirmed}` })
        expect([answer.status, again.status, again.text]).toEqual([want, want, answer.text])
      }
    }
  })

  test('payment_method_id is the original name of payment_method; two different ones are refused', async () => {
    const paid = (await confirm(await create(), { payment_method_id: 'tok_mastercard' })).body
    expect((await bench.chargesOf(paid.id))[0]).toMatchObject({ processor_method: 'tok_mastercard' })
    const { status, body } = await confirm(await create(), {
      payment_method: 'tok_visa',
      payment_method_id: 'tok_mastercard',
    })
    expect([status, body.error['code'], body.error['param']]).toEqual([400, 'parameter_invalid', 'payment_method_id'])
  })

  test('live mode without a processor never reaches the simulator', async () => {
    const sent = bench.processor.sent
    const id = await create({}, { mode: 'live' })
    const body = { payment_method: 'pm_card_visa' }
    for (const surface of ['/v1', '/payments']) {
      const refused = await bench.call(`${surface}/payment_intents/${id}/confirm`, { body, mode: 'live' })
      expect([refused.status, refused.body.error['code']]).toEqual([400, 'processor_not_configured'])
    }
    const refused = await bench.call('/v1/payment_intents', {
      body: { amount: 1999, currency: 'usd', payment_method: 'pm_card_visa', confirm: true },
      mode: 'live',
      merchant: 'acct_live',
    })
    expect(refused.body.error['code']).toBe('processor_not_configured')
    expect((await bench.call('/v1/payment_intents', { mode: 'live', merchant: 'acct_live' })).body.data).toEqual([])
    expect((await bench.call(`/v1/payment_intents/${id}`, { mode: 'live' })).body).toMatchObject({
      status: 'requires_payment_method',
      livemode: true,
    })
    expect(bench.processor.sent).toBe(sent)
  })
})
