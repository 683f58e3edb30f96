import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createBench, type Bench } from '../payments.fixture.ts'
import { patientConfig, refunding } from './refunds.fixture.ts'

let bench: Bench
let on: ReturnType<typeof refunding>
beforeAll(async () => {
  bench = await createBench({ config: patientConfig })
  on = refunding(bench)
}, 180_000)
afterAll(() => bench[Symbol.asyncDispose]())

const refunded = async (id: string) => (await on.chargeOf(id))['amount_refunded']

describe('a refund', () => {
  test('of everything succeeds at once, is in the ledger, and tells of itself and of its charge', async () => {
    const { charge, intent } = await on.pay()
    const { status, body } = await on.refund(
      { charge, reason: 'requested_by_customer', metadata: { a: 'b', c: '' } },
      { key: 'whole' },
    )
    expect(status).toBe(200)
    expect(body).toMatchObject({
      object: 'refund',
      amount: 1999,
      charge,
      payment_intent: intent,
      currency: 'usd',
      status: 'succeeded',
      reason: 'requested_by_customer',
      metadata: { a: 'b' },
    })
    expect(body.balance_transaction).toMatch(/^txn_/)
    expect(await refunded(charge)).toBe(1999n)
    expect(bench.ledger.booked.get(`micro:refund:${body.id}`)?.entries).toEqual(
      expect.arrayContaining([
        { account_id: 'sys_merchant_balance_usd', amount: '1999', direction: 'debit' },
        { account_id: 'sys_processor_receivable_usd', amount: '1999', direction: 'credit' },
      ]),
    )
    expect(await on.told(body.id)).toEqual(['refund.created'])
    expect(await on.told(charge)).toEqual(['charge.succeeded', 'charge.refunded'])
    const [created] = await bench.events(body.id)
    expect(created).toMatchObject({ idempotency_key: 'whole', object: body })
    expect((await on.call(`/v1/refunds/${body.id}`)).body).toEqual(body)
    expect((await on.call(`/payments/refunds/${body.id}`)).body).toEqual(body)
  })

  test('keeps the fee: the merchant is left with less than nothing of it', async () => {
    const { charge } = await on.pay()
    const { body } = await on.refund({ charge })
    expect(await on.netOf(charge, body.id)).toBe(-88n)
  })

  test('in parts adds up to all of it and no more', async () => {
    const { charge, intent } = await on.pay()
    expect((await on.refund({ payment_intent: intent, amount: 1000 })).body.amount).toBe(1000)
    const tooMuch = await on.refund({ charge, amount: 1000 })
    expect([tooMuch.status, tooMuch.body.error]).toEqual([
      400,
      {
        type: 'invalid_request_error',
        message: 'Refund amount ($10.00) is greater than unrefunded amount on charge ($9.99)',
        param: 'amount',
      },
    ])
    expect((await on.refund({ charge })).body.amount).toBe(999)
    const again = await on.refund({ charge, amount: 1 })
    expect([again.status, again.body.error['code'], again.body.error['message']]).toEqual([
      400,
      'charge_already_refunded',
      `Charge ${charge} has already been refunded.`,
    ])
    expect(await refunded(charge)).toBe(1999n)
  })

  test('on the original surface answers 201, and shares its key with nothing on the other', async () => {
    const { charge } = await on.pay()
    const { status, body } = await on.call('/payments/refunds', { body: { charge, amount: 5 } })
    expect([status, body.amount]).toEqual([201, 5])
  })

  test('under one key is one refund, however often it is asked for', async () => {
    const { charge } = await on.pay()
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => on.refund({ charge, amount: 100 }, { key: `once-${charge}` })),
    )
    for (const { status } of answers) expect([200, 409]).toContain(status)
    const again = await on.refund({ charge, amount: 100 }, { key: `once-${charge}` })
    expect(again.text).toBe(answers.find(({ status }) => status === 200)?.text)
    expect(await refunded(charge)).toBe(100n)
    expect((await on.refund({ charge, amount: 200 }, { key: `once-${charge}` })).body.error['type']).toBe(
      'idempotency_error',
    )
  })
})

describe('what is not to be refunded', () => {
  const refusals: [string, () => Promise<object> | object, number, string | undefined, string | undefined][] = [
    ['nothing in particular', () => ({}), 400, 'parameter_missing', 'charge'],
    [
      'both a charge and an intent',
      async () => {
        const { charge, intent } = await on.pay()
        return { charge, payment_intent: intent }
      },
      400,
      'parameter_invalid',
      'payment_intent',
    ],
    ['an unknown charge', () => ({ charge: 'ch_unknown' }), 400, 'resource_missing', 'charge'],
    ['an unknown intent', () => ({ payment_intent: 'pi_unknown' }), 400, 'resource_missing', 'payment_intent'],
    [
      'an amount of 0',
      async () => ({ charge: (await on.pay()).charge, amount: 0 }),
      400,
      'parameter_invalid',
      'amount',
    ],
    [
      'a reason nobody knows',
      async () => ({ charge: (await on.pay()).charge, reason: 'because' }),
      400,
      'parameter_invalid',
      'reason',
    ],
    [
      'an intent that was not paid',
      async () => ({
        payment_intent: (await bench.call('/v1/payment_intents', { body: { amount: 500, currency: 'usd' } })).body.id,
      }),
      400,
      undefined,
      undefined,
    ],
    [
      'a charge that was declined',
      async () => {
        const { body } = await bench.call('/v1/payment_intents', {
          body: { amount: 500, currency: 'usd', payment_method: 'pm_card_chargeDeclined', confirm: true },
        })
        return { charge: body.error['charge'] }
      },
      400,
      undefined,
      undefined,
    ],
  ]
  for (const [what, make, status, code, param] of refusals) {
    test(what, async () => {
      const answer = await on.refund(await make())
      expect([answer.status, answer.body.error['code'], answer.body.error['param']]).toEqual([status, code, param])
    })
  }

  test("another merchant's, or another mode's charge, intent or refund answers like an unknown one", async () => {
    const { charge, intent } = await on.pay()
    const { id } = (await on.refund({ charge, amount: 1 })).body
    for (const who of [{ merchant: 'acct_b' }, { mode: 'live' as const }]) {
      for (const body of [{ charge }, { payment_intent: intent }])
        expect((await on.refund(body, who)).body.error['code']).toBe('resource_missing')
      for (const [path, options] of [
        [`/v1/refunds/${id}`, {}],
        [`/v1/refunds/${id}`, { body: { metadata: { a: 'b' } } }],
        [`/v1/refunds/${id}/cancel`, { body: {} }],
        [`/v1/charges/${charge}/refunds`, {}],
      ] as const)
        expect((await on.call(path, { ...options, ...who })).status).toBe(404)
      expect((await on.call(`/v1/refunds?charge=${charge}`, who)).body.data).toEqual([])
      expect((await on.call(`/v1/refunds?starting_after=${id}`, who)).body.error['param']).toBe('starting_after')
    }
  })

  test('live mode has nothing that could be refunded by the simulator', async () => {
    expect((await on.refund({ charge: 'ch_unknown' }, { mode: 'live' })).body.error['code']).toBe('resource_missing')
  })
})

describe('lists', () => {
  test('hold the refunds of a charge, of an intent, or all, newest first, in pages both ways', async () => {
    const merchant = 'acct_list'
    const [one, other] = [
      await on.pay('pm_card_visa', {}, { merchant }),
      await on.pay('pm_card_visa', {}, { merchant }),
    ]
    const ids: string[] = []
    for (const charge of [one.charge, other.charge, one.charge]) {
      ids.unshift((await on.refund({ charge, amount: 10 }, { merchant })).body.id)
      bench.clock.advance(1_000)
    }
    const list = async (path: string) => (await on.call(path, { merchant })).body
    const idsIn = async (path: string) => (await list(path)).data.map(({ id }) => id)
    expect(await idsIn('/v1/refunds')).toEqual(ids)
    expect(await list('/payments/refunds?limit=2')).toMatchObject({ has_more: true, url: '/payments/refunds' })
    expect(await idsIn(`/v1/refunds?starting_after=${ids[0]}`)).toEqual(ids.slice(1))
    expect(await idsIn(`/v1/refunds?ending_before=${ids[2]}&limit=1`)).toEqual([ids[1]])
    for (const path of [
      `/v1/refunds?charge=${one.charge}`,
      `/v1/refunds?payment_intent=${one.intent}`,
      `/v1/charges/${one.charge}/refunds`,
    ])
      expect(await idsIn(path)).toEqual([ids[0], ids[2]])
    const { created } = (await list(`/v1/refunds/${ids[1]}`)) as unknown as { created: number }
    expect(await idsIn(`/v1/refunds?created[gt]=${created}`)).toEqual(ids.slice(0, 1))
    expect(await idsIn(`/v1/refunds?created[lte]=${created}`)).toEqual(ids.slice(1))
  })
})

test('a charge shows what was refunded of it, and its refunds to whoever asks for them', async () => {
  const { charge } = await on.pay()
  const { id } = (await on.refund({ charge, amount: 500 })).body
  const shown = async (query = '') => (await on.call(`/v1/charges/${charge}${query}`)).body as unknown as object
  expect(await shown()).toMatchObject({ amount_refunded: 500, refunded: false, disputed: false })
  expect(await shown()).not.toHaveProperty('refunds')
  expect(await shown('?expand[]=refunds')).toMatchObject({
    refunds: { object: 'list', url: `/v1/charges/${charge}/refunds`, has_more: false, data: [{ id, amount: 500 }] },
  })
  await on.refund({ charge })
  expect(await shown()).toMatchObject({ amount_refunded: 1999, refunded: true })
})

test('what is only authorised is not refunded but canceled, and of a part that was captured just that', async () => {
  const { charge, intent } = await on.pay('pm_card_visa', { capture_method: 'manual' })
  const refused = await on.refund({ charge })
  expect([refused.status, refused.body.error['code']]).toEqual([400, undefined])
  expect(refused.body.error['message']).toContain(`/v1/payment_intents/${intent}/cancel`)
  await on.call(`/v1/payment_intents/${intent}/capture`, { body: { amount_to_capture: 700 } })
  expect((await on.refund({ charge, amount: 701 })).body.error['param']).toBe('amount')
  expect((await on.refund({ charge })).body.amount).toBe(700)
})

describe('metadata', () => {
  test('is merged, a key is removed by an empty value, all of it by an empty text, and each change is told', async () => {
    const { charge } = await on.pay()
    const { id } = (await on.refund({ charge, metadata: { a: '1', b: '2' } })).body
    const change = async (metadata: unknown) =>
      (await on.call(`/v1/refunds/${id}`, { body: { metadata } })).body.metadata
    expect(await change({ b: '', c: '3' })).toEqual({ a: '1', c: '3' })
    expect(await change('')).toEqual({})
    expect(await on.told(id)).toEqual([
      'refund.created',
      'refund.updated',
      'charge.refund.updated',
      'refund.updated',
      'charge.refund.updated',
    ])
  })
})
