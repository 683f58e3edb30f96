import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createBench, type Answer, type Bench } from '../payments.fixture.ts'
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
      payment_method: 'pm_card_visa',
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
    expect(charge).toMatchObject({
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

describe('declines', () => {
  for (const [name, card] of testCards) {
    if (card === 'succeeds') continue
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
      expect([body.error['param'], body.error['advice_code']]).toEqual([card.param, card.adviceCode])
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

for (const [name, card] of testCards) {
  if (card !== 'succeeds') continue
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
    expect([status, body.status, body.payment_method]).toEqual([200, 'succeeded', 'pm_card_visa'])
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
    expect((await confirm(await create(), { payment_method_id: 'tok_mastercard' })).body.payment_method).toBe(
      'tok_mastercard',
    )
    const { status, body } = await confirm(await create(), {
      payment_method: 'tok_visa',
      payment_method_id: 'tok_mastercard',
    })
    expect([status, body.error['code'], body.error['param']]).toEqual([400, 'parameter_invalid', 'payment_method_id'])
  })

  test('live mode without a processor never reaches the simulator', async () => {
    const sent = bench.processor.sent
    const id = await create({ payment_method: 'pm_card_visa' }, { mode: 'live' })
    for (const surface of ['/v1', '/payments']) {
      const { status, body } = await bench.call(`${surface}/payment_intents/${id}/confirm`, { body: {}, mode: 'live' })
      expect([status, body.error['code']]).toEqual([400, 'processor_not_configured'])
    }
    const refused = await bench.call('/v1/payment_intents', {
      body: { amount: 1999, currency: 'usd', payment_method: 'pm_card_visa', confirm: true },
      mode: 'live',
      merchant: 'acct_live',
    })
    expect(refused.body.error['code']).toBe('processor_not_configured')
    expect((await bench.call('/v1/payment_intents', { mode: 'live', merchant: 'acct_live' })).body.data).toEqual([])
    expect((await bench.call(`/v1/payment_intents/${id}`, { mode: 'live' })).body).toMatchObject({
      status: 'requires_confirmation',
      livemode: true,
    })
    expect(bench.processor.sent).toBe(sent)
  })
})
