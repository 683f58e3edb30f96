import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { authorisationMs } from '../charges/settlement.ts'
import { createBench, type Answer, type Bench, type CallOptions } from '../payments.fixture.ts'

let bench: Bench
beforeAll(async () => {
  bench = await createBench()
})
afterAll(() => bench[Symbol.asyncDispose]())

const path = '/v1/payment_intents'
const authorise = async (more: object = {}, options: CallOptions = {}): Promise<Answer> => {
  const body = {
    amount: 1999,
    currency: 'usd',
    payment_method: 'pm_card_visa',
    capture_method: 'manual',
    confirm: true,
  }
  const answer = await bench.call(path, { ...options, body: { ...body, ...more } })
  expect(answer.body.status).toBe('requires_capture')
  return answer
}
const capture = (id: string, body: object = {}, options: CallOptions = {}): Promise<Answer> =>
  bench.call(`${path}/${id}/capture`, { ...options, body })
const cancel = (id: string, options: CallOptions = {}): Promise<Answer> =>
  bench.call(`${path}/${id}/cancel`, { ...options, body: {} })
const typesOf = async (id: string): Promise<string[]> => (await bench.events(id)).map(({ type }) => type)
const bookedFor = (id: string) =>
  [...bench.ledger.booked.values()]
    .filter(({ metadata }) => metadata?.['payment_intent'] === id)
    .map(({ reference_id, entries }) => [
      reference_id.split(':')[1],
      ...entries.map(({ account_id, amount, direction }) => `${direction} ${account_id.slice(4)} ${amount}`),
    ])
const endingOf = async (id: string) =>
  (
    await bench.database.db.sql<{ kind: string; amount: bigint }>`
      select kind, e.amount from payments.simulator_endings e join payments.charges c on c.id = e.charge
      where c.payment_intent = ${id}`
  ).map(({ kind, amount }) => [kind, amount])

const memo = ['authorisation', 'debit authorisations_usd 1999', 'credit authorisations_contra_usd 1999']
const release = ['authorisation_release', 'debit authorisations_contra_usd 1999', 'credit authorisations_usd 1999']

describe('an authorisation', () => {
  test('moves no money, and can be seen in the ledger, in the charge and in the events', async () => {
    const { body } = await authorise()
    expect(body).toMatchObject({ amount_capturable: 1999, amount_received: 0, capture_method: 'manual' })
    const charge = await bench.call(`/v1/charges/${body.latest_charge ?? ''}`)
    expect(charge.body).toMatchObject({
      status: 'succeeded',
      paid: true,
      captured: false,
      amount_captured: 0,
      refunded: false,
      balance_transaction: null,
      payment_method_details: { card: { brand: 'visa', last4: '4242', amount_authorized: 1999 } },
    })
    expect(charge.text).toMatch(
      new RegExp(`"capture_before":${Math.floor((bench.clock.now().getTime() + authorisationMs) / 1000)}`),
    )
    expect(await typesOf(body.id)).toEqual([
      'payment_intent.created',
      'charge.succeeded',
      'payment_intent.amount_capturable_updated',
    ])
    expect(bookedFor(body.id)).toEqual([memo])
  })

  test('is asked for cards alone by their option, which goes before what is asked for all', async () => {
    const { body } = await authorise({
      capture_method: 'automatic',
      payment_method_options: { card: { capture_method: 'manual' } },
    })
    expect(body.payment_method_options.card).toMatchObject({ capture_method: 'manual' })
  })
})

describe('a capture', () => {
  test('takes all, and once', async () => {
    const { id, latest_charge } = (await authorise()).body
    const first = await capture(id, { metadata: { a: 'b' } }, { key: `capture-${id}` })
    expect(first.body).toMatchObject({
      status: 'succeeded',
      amount_capturable: 0,
      amount_received: 1999,
      metadata: { a: 'b' },
    })
    const again = await capture(id, { metadata: { a: 'b' } }, { key: `capture-${id}` })
    expect([again.text, again.headers['idempotent-replayed']]).toEqual([first.text, 'true'])
    expect((await capture(id)).body.error).toMatchObject({
      code: 'payment_intent_unexpected_state',
      payment_intent: { status: 'succeeded' },
    })
    expect((await typesOf(id)).slice(3)).toEqual(['charge.captured', 'payment_intent.succeeded'])
    expect(bookedFor(id)).toEqual([
      memo,
      release,
      [
        'charge',
        'debit processor_receivable_usd 1999',
        'credit merchant_balance_usd 1911',
        'credit fee_revenue_usd 88',
      ],
    ])
    const charge = (await bench.call(`/v1/charges/${latest_charge ?? ''}`)).body
    expect(charge).toMatchObject({ captured: true, amount_captured: 1999 })
    expect(await endingOf(id)).toEqual([['capture', 1999n]])
  })

  test('of a part takes the fee of the part, and gives the rest back', async () => {
    const { id, latest_charge } = (await authorise()).body
    expect((await capture(id, { amount_to_capture: 1000 })).body).toMatchObject({
      status: 'succeeded',
      amount: 1999,
      amount_capturable: 0,
      amount_received: 1000,
    })
    expect(bookedFor(id).slice(1)).toEqual([
      release,
      ['charge', 'debit processor_receivable_usd 1000', 'credit merchant_balance_usd 941', 'credit fee_revenue_usd 59'],
    ])
    const charge = (await bench.call(`/v1/charges/${latest_charge ?? ''}`)).body
    expect(charge).toMatchObject({ amount: 1999, amount_captured: 1000, refunded: false, amount_refunded: 0 })
  })

  test('says how the payment is to be shown, in the intent, the charge and the events', async () => {
    const { id, latest_charge } = (await authorise({ statement_descriptor_suffix: 'AUTHORISED' })).body
    const said = { statement_descriptor: 'HATS OF STRAW', statement_descriptor_suffix: 'ORDER 42' }
    expect((await capture(id, said)).body).toMatchObject({ status: 'succeeded', ...said })
    expect((await bench.call(`/v1/charges/${latest_charge ?? ''}`)).body).toMatchObject(said)
    const told = (await bench.events(id)).slice(3).map(({ object }) => object)
    expect(told).toMatchObject([said, said])
  })

  test('of a charge says so too, and whom to tell of it; an empty text takes away', async () => {
    const { id, latest_charge } = (await authorise({ statement_descriptor: 'BEFORE', transfer_group: 'none' })).body
    const said = { statement_descriptor_suffix: 'ORDER 42', receipt_email: 'ada@example.com', transfer_group: 'g_1' }
    const asked = { body: { ...said, statement_descriptor: '' } }
    const { body: charge } = await bench.call(`/v1/charges/${latest_charge ?? ''}/capture`, asked)
    expect(charge).toMatchObject({ captured: true, ...said, statement_descriptor: null })
    expect((await bench.call(`${path}/${id}`)).body).toMatchObject({ ...said, statement_descriptor: null })
    const other = (await authorise({ statement_descriptor: 'BEFORE' })).body
    expect((await capture(other.id)).body).toMatchObject({ statement_descriptor: 'BEFORE' })
  })

  const refusals: [string, object, string, string | undefined][] = [
    ['more than was authorised', { amount_to_capture: 2000 }, 'amount_too_large', 'amount_to_capture'],
    ['nothing', { amount_to_capture: 0 }, 'parameter_invalid', 'amount_to_capture'],
    ['not for good', { final_capture: false }, 'parameter_invalid', 'final_capture'],
    ['for somebody else', { transfer_data: { amount: 5 } }, 'parameter_invalid', 'transfer_data'],
    ['a fee for a platform', { application_fee_amount: 5 }, 'parameter_invalid', 'application_fee_amount'],
    ['an unknown parameter', { surprise: 5 }, 'parameter_unknown', 'surprise'],
  ]
  test.each(refusals)('of %s is refused by name, and leaves the authorisation', async (_, body, code, param) => {
    const { id } = (await authorise()).body
    const { status, body: refused } = await capture(id, body)
    expect([status, refused.error['code'], refused.error['param']]).toEqual([400, code, param])
    expect((await capture(id)).body.status).toBe('succeeded')
  })

  test('of what was not authorised, or is not the caller’s, is refused', async () => {
    const open = (await bench.call(path, { body: { amount: 500, currency: 'usd' } })).body.id
    expect((await capture(open)).body.error['code']).toBe('payment_intent_unexpected_state')
    const { id } = (await authorise()).body
    for (const options of [{ merchant: 'acct_evil' }, { mode: 'live' as const }])
      expect((await capture(id, {}, options)).status).toBe(404)
    expect((await capture('pi_unknown')).status).toBe(404)
  })

  test('whose result is not known is looked up, and never taken twice', async () => {
    for (const how of ['throws_before', 'throws_after', 'hangs_before', 'hangs_after'] as const) {
      const { id } = (await authorise()).body
      const before = bench.processor.captured
      bench.processor.captures.push(how)
      expect((await capture(id)).body.status).toBe('succeeded')
      expect(bench.processor.captured - before).toBe(how.endsWith('before') ? 2 : 1)
      expect(await endingOf(id)).toEqual([['capture', 1999n]])
    }
  })

  test('whose result stays unknown is processing, says so once, and is finished by the completer', async () => {
    const { id } = (await authorise()).body
    bench.processor.captures.push('throws_after')
    bench.processor.capturesFound.push('throws_before', 'throws_before')
    const first = await capture(id, {}, { key: `unknown-${id}` })
    expect(first.body).toMatchObject({ status: 'processing', amount_capturable: 0 })
    for (const answer of [await capture(id), await cancel(id)]) expect(answer.body.error['code']).toBe('lock_timeout')
    bench.clock.advance(16_000)
    await bench.parts.completer.round()
    expect((await bench.call(`${path}/${id}`)).body.status).toBe('processing')
    expect((await cancel(id)).body.error['code']).toBe('lock_timeout')
    bench.clock.advance(16_000)
    await bench.parts.completer.round()
    expect((await bench.call(`${path}/${id}`)).body).toMatchObject({ status: 'succeeded', amount_received: 1999 })
    expect((await typesOf(id)).slice(3)).toEqual([
      'payment_intent.processing',
      'charge.captured',
      'payment_intent.succeeded',
    ])
    expect((await capture(id, {}, { key: `unknown-${id}` })).text, 'a key tells what it told first').toBe(first.text)
  })

  test('of what the processor no longer holds cancels the intent and takes nothing', async () => {
    const { id, latest_charge } = (await authorise()).body
    await bench.database.db.sql`
      insert into payments.simulator_endings (charge, kind, amount, created_at) values (${latest_charge}, 'void', 0, now())`
    const { status, body } = await capture(id)
    expect([status, body.error['code']]).toEqual([400, 'charge_expired_for_capture'])
    expect(body.error.payment_intent).toMatchObject({ status: 'canceled', cancellation_reason: 'expired' })
    expect((await typesOf(id)).slice(3)).toEqual(['charge.expired', 'payment_intent.canceled'])
    expect(bookedFor(id)).toEqual([memo, release])
  })
})

describe('a cancellation of what was authorised', () => {
  test('gives it back, and nothing can be captured any more', async () => {
    const { id } = (await authorise()).body
    const canceled = (await cancel(id)).body
    expect(canceled).toMatchObject({ status: 'canceled', amount_capturable: 0, amount_received: 0 })
    expect(await endingOf(id)).toEqual([['void', 0n]])
    expect((await capture(id)).body.error['code']).toBe('payment_intent_unexpected_state')
    expect((await typesOf(id)).slice(3)).toEqual(['payment_intent.canceled'])
    expect(bookedFor(id)).toEqual([memo, release])
  })

  test('is asked of the processor again and again, until it is done', async () => {
    const { id } = (await authorise()).body
    bench.processor.voids.push('throws_before', 'hangs_before', 'throws_after')
    expect((await cancel(id)).body.status).toBe('canceled')
    expect(await endingOf(id)).toEqual([])
    for (let round = 0; round < 3; round++) {
      bench.clock.advance(16_000)
      await bench.parts.voids.round()
    }
    expect(await endingOf(id)).toEqual([['void', 0n]])
    const rows = await bench.database.db.sql`
      select v.attempts, v.due_at from payments.voids v join payments.charges c on c.id = v.charge
      where c.payment_intent = ${id}`
    expect(rows).toEqual([{ attempts: 3, due_at: null }])
  })
})

describe('the end of an authorisation', () => {
  test('comes after seven days by itself: canceled, given back, told', async () => {
    const { id } = (await authorise()).body
    bench.clock.advance(authorisationMs - 1_000)
    await bench.parts.expiry.round()
    expect((await bench.call(`${path}/${id}`)).body.status).toBe('requires_capture')
    bench.clock.advance(1_000)
    expect((await capture(id)).body.error['code'], 'too late, though no worker came yet').toBe(
      'charge_expired_for_capture',
    )
    await Promise.all([bench.parts.expiry.round(), bench.another().parts.expiry.round()])
    expect((await bench.call(`${path}/${id}`)).body).toMatchObject({
      status: 'canceled',
      cancellation_reason: 'expired',
    })
    expect((await typesOf(id)).slice(3)).toEqual(['charge.expired', 'payment_intent.canceled'])
    expect(await endingOf(id)).toEqual([['void', 0n]])
    expect(bookedFor(id)).toEqual([memo, release])
  })

  test('comes by the clock of the merchant', async () => {
    const [mine, other] = [(await authorise({}, { merchant: 'acct_ahead' })).body.id, (await authorise()).body.id]
    const advance = { body: { advance_by: authorisationMs / 1000 }, merchant: 'acct_ahead' }
    const { status } = await bench.call('/v1/test_helpers/clock/advance', advance)
    expect(status).toBe(200)
    await bench.parts.expiry.round()
    expect((await bench.call(`${path}/${mine}`, { merchant: 'acct_ahead' })).body.status).toBe('canceled')
    expect((await bench.call(`${path}/${other}`)).body.status).toBe('requires_capture')
  })
})

test('capture, cancel, update and expiry at once: one of them ends it, and the processor agrees', async () => {
  const other = bench.another()
  for (let round = 0; round < 8; round++) {
    const { id } = (await authorise()).body
    const answers = await Promise.all([
      capture(id, { amount_to_capture: 1000 }),
      other.call(`${path}/${id}/cancel`, { body: {} }),
      other.call(`${path}/${id}`, { body: { description: 'meanwhile' } }),
      capture(id),
    ])
    for (const { status } of answers) expect([200, 400, 429]).toContain(status)
    const { status, amount_received } = (await bench.call(`${path}/${id}`)).body
    const ending = await endingOf(id)
    if (status === 'canceled') expect([amount_received, ending]).toEqual([0, [['void', 0n]]])
    else expect([status, ending]).toEqual(['succeeded', [['capture', BigInt(amount_received)]]])
    expect(bookedFor(id).map(([kind]) => kind)).toEqual(
      status === 'canceled'
        ? ['authorisation', 'authorisation_release']
        : ['authorisation', 'authorisation_release', 'charge'],
    )
    expect((await typesOf(id)).filter((type) => /succeeded|canceled/.test(type)).slice(1)).toHaveLength(1)
  }
})
