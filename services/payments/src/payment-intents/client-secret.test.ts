import type { PaymentIntent } from '@micro/contracts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createBench, type Answer, type Bench, type CallOptions } from '../payments.fixture.ts'

let bench: Bench
let keys = 0
beforeAll(async () => {
  bench = await createBench()
})
afterAll(() => bench[Symbol.asyncDispose]())

const newIntent = async (more: CallOptions & { body?: object } = {}): Promise<PaymentIntent> =>
  (
    await bench.call('/v1/payment_intents', {
      ...more,
      body: {
        ...{ amount: 5000, currency: 'usd', description: 'A hat', statement_descriptor: 'HATS' },
        ...{ metadata: { margin: '40 %' }, receipt_email: 'payer@example.com' },
        ...more.body,
      },
    })
  ).body
const page = (path: string, options: CallOptions = {}) => bench.call(path, { publishable: true, ...options })
const retrieve = ({ id }: PaymentIntent, secret: string, options: CallOptions = {}) =>
  page(`/v1/payment_intents/${id}?client_secret=${encodeURIComponent(secret)}`, options)
const confirm = ({ id, client_secret }: PaymentIntent, body: object = {}, options: CallOptions = {}) =>
  page(`/v1/payment_intents/${id}/confirm`, {
    body: { client_secret, payment_method: 'pm_card_visa', ...body },
    ...options,
  })

/** What is the merchant's own: what it wrote for itself, what it earns, what names its payer. */
const kept = [
  ...['amount_capturable', 'amount_received', 'customer', 'latest_charge', 'metadata'],
  'statement_descriptor',
]
const shown = [
  ...['id', 'object', 'amount', 'canceled_at', 'cancellation_reason', 'capture_method', 'client_secret'],
  ...['confirmation_method', 'created', 'currency', 'description', 'last_payment_error', 'livemode', 'next_action'],
  ...['payment_method', 'payment_method_types', 'receipt_email', 'status'],
  ...['automatic_payment_methods', 'processing', 'setup_future_usage', 'shipping', 'source'],
]
const errorOf = ({ status, body }: Answer) => [status, body.error?.['code'], body.error?.['param']]

describe("a payer's page", () => {
  test('retrieves the intent it was given, in the members that are for it', async () => {
    const intent = await newIntent()
    const { status, body } = await retrieve(intent, intent.client_secret)
    expect([status, Object.keys(body).toSorted()]).toEqual([200, shown.toSorted()])
    expect(intent).toMatchObject(body)
    for (const name of kept) expect([name, name in intent, name in body]).toEqual([name, true, false])
  })

  test('confirms it, and sees no more afterwards, nor when the answer is repeated', async () => {
    const intent = await newIntent()
    const key = `page-${++keys}`
    const first = await confirm(intent, {}, { key })
    expect([first.status, first.body.status, Object.keys(first.body).toSorted()]).toEqual([
      200,
      'succeeded',
      shown.toSorted(),
    ])
    const again = await confirm(intent, {}, { key })
    expect([again.headers['idempotent-replayed'], again.text]).toEqual(['true', first.text])
    expect(await bench.simulated(intent.id)).toBe(1)
  })

  test('is told of a decline and of a wrong state in the same members', async () => {
    const intent = await newIntent()
    const key = `page-${++keys}`
    const declined = await confirm(intent, { payment_method: 'pm_card_chargeDeclined' }, { key })
    expect([declined.status, declined.body.error['code'], declined.body.error.payment_intent.status]).toEqual([
      402,
      'card_declined',
      'requires_payment_method',
    ])
    const repeated = await confirm(intent, { payment_method: 'pm_card_chargeDeclined' }, { key })
    await confirm(intent)
    const late = await confirm(intent)
    expect(errorOf(late)).toEqual([400, 'payment_intent_unexpected_state', undefined])
    for (const { body } of [declined, repeated, late])
      expect(Object.keys(body.error.payment_intent).toSorted()).toEqual(shown.toSorted())
  })

  test('says that it has no secret before anything is looked up', async () => {
    const { id } = await newIntent()
    for (const each of [id, 'pi_unknown']) {
      expect(errorOf(await page(`/v1/payment_intents/${each}`))).toEqual([400, 'parameter_missing', 'client_secret'])
      expect(errorOf(await page(`/v1/payment_intents/${each}/confirm`, { body: {} }))).toEqual([
        400,
        'parameter_missing',
        'client_secret',
      ])
    }
  })

  test("gets nothing by a wrong secret, another intent's, or one of another tenant: all answer like an unknown id", async () => {
    const [intent, other] = [await newIntent(), await newIntent()]
    const foreign = await newIntent({ merchant: 'acct_b' })
    const live = await newIntent({ mode: 'live' })
    const anonymous = ({ status, text }: Answer, id: string) => [status, text.replaceAll(id, 'ID')]
    const unknown = { ...intent, id: 'pi_unknown' }
    const { client_secret } = intent
    for (const [asked, secret] of [
      [intent, other.client_secret],
      [intent, `${client_secret}x`],
      [intent, client_secret.slice(0, -1)],
      [intent, client_secret.toUpperCase()],
      [intent, ' '],
      [foreign, foreign.client_secret],
      [live, live.client_secret],
    ] as const) {
      const [seen, want] = [await retrieve(asked, secret), await retrieve(unknown, secret)]
      expect(anonymous(seen, asked.id)).toEqual(anonymous(want, 'pi_unknown'))
      expect(seen.status).toBe(404)
      const wrong = await confirm(asked, { client_secret: secret })
      expect(anonymous(wrong, asked.id)).toEqual(
        anonymous(await confirm(unknown, { client_secret: secret }), 'pi_unknown'),
      )
      expect(wrong.status).toBe(404)
    }
    expect(await bench.chargesOf(intent.id)).toEqual([])
  })

  test("opens none of the operations that are the server's", async () => {
    const { id } = await newIntent()
    for (const [path, options] of [
      ['/v1/payment_intents', {}],
      ['/v1/payment_intents', { body: { amount: 5000, currency: 'usd' } }],
      [`/v1/payment_intents/${id}/cancel`, { body: {} }],
    ] as const)
      expect(errorOf(await page(path, options))).toEqual([403, 'secret_key_required', undefined])
  })

  test('uses no idempotency key up that a server may be about to use', async () => {
    const [intent, other] = [await newIntent(), await newIntent()]
    const key = `order-${++keys}`
    expect((await confirm(intent, {}, { key })).status).toBe(200)
    const body = { client_secret: intent.client_secret, payment_method: 'pm_card_visa' }
    const replayed = await bench.call(`/v1/payment_intents/${intent.id}/confirm`, { key, body })
    expect(errorOf(replayed)).toEqual([400, 'payment_intent_unexpected_state', undefined])
    const another = `order-${++keys}`
    expect(
      (
        await bench.call(`/v1/payment_intents/${other.id}/confirm`, {
          key: another,
          body: { payment_method: 'pm_card_visa' },
        })
      ).status,
    ).toBe(200)
    expect((await confirm(other, {}, { key: another })).status).toBe(400)
    expect(errorOf(await confirm(other, {}, { key: 'k'.repeat(255) }))).toEqual([
      400,
      'idempotency_key_invalid',
      'Idempotency-Key',
    ])
  })
})

test('a server may send the secret along, and a wrong one is refused of it, too', async () => {
  const intent = await newIntent()
  const path = `/v1/payment_intents/${intent.id}`
  const right = await bench.call(`${path}?client_secret=${intent.client_secret}`)
  expect([right.status, right.body.metadata]).toEqual([200, intent.metadata])
  expect((await bench.call(`${path}?client_secret=wrong`)).status).toBe(404)
  expect((await bench.call(`${path}/confirm`, { body: { client_secret: 'wrong' } })).status).toBe(404)
})

test('ten pages that confirm at once charge once', async () => {
  const intent = await newIntent()
  const answers = await Promise.all(Array.from({ length: 10 }, () => confirm(intent)))
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
  expect(await bench.simulated(intent.id)).toBe(1)
})
