import { randomUUID } from 'node:crypto'
import type Stripe from 'stripe'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startLossyProxy, type LossyProxy } from './lossy-proxy.fixture.ts'
import { errorOf, openAcceptance, type Acceptance } from './sdk.fixture.ts'

let sdk: Acceptance
let proxy: LossyProxy
let lossy: Stripe
beforeAll(async () => {
  sdk = await openAcceptance()
  proxy = await startLossyProxy(() => sdk.url)
  const { hostname: host, port } = new URL(proxy.url)
  lossy = sdk.client(sdk.mine.key, { host, port, maxNetworkRetries: 2 })
})
afterAll(async () => {
  await proxy?.stop()
  await sdk?.stop()
})

const good = { amount: 4711, currency: 'usd', payment_method: 'pm_card_visa', confirm: true } as const
const terms = {
  ...good,
  automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
} as const

/** How often a request came through since. */
const arrivals = async (call: string, act: () => Promise<unknown>): Promise<number> => {
  const before = proxy.handedOn.length
  await act()
  return proxy.handedOn.slice(before).filter((each) => each === call).length
}

describe('the official SDK whose connection is cut', () => {
  test('after the payment was made, tries again under the same key, and one charge is made', async () => {
    const customer = await sdk.mine.stripe.customers.create()
    proxy.loseAnswerOf('POST /v1/payment_intents')
    let paid: Stripe.Response<Stripe.PaymentIntent> | undefined
    const tried = await arrivals('POST /v1/payment_intents', async () => {
      paid = await lossy.paymentIntents.create({ ...terms, customer: customer.id })
    })
    expect(tried).toBe(3)
    expect(paid).toMatchObject({ status: 'succeeded', amount_received: 4711 })
    expect(paid?.lastResponse.headers['idempotent-replayed']).toBe('true')
    const { data } = await sdk.mine.stripe.charges.list({ customer: customer.id })
    expect(data.map(({ id }) => id)).toEqual([paid?.latest_charge])
  })

  test('before the payment was asked for, tries again, and it is made then', async () => {
    proxy.loseRequest('POST /v1/payment_intents')
    const paid = await lossy.paymentIntents.create(terms)
    expect(paid.status).toBe('succeeded')
    expect(paid.lastResponse.headers['idempotent-replayed']).toBeUndefined()
  })

  test('throws the decline that it did not hear the first time, and does not decline twice', async () => {
    const { id } = await sdk.mine.stripe.paymentIntents.create({ amount: 4711, currency: 'usd' })
    proxy.loseAnswerOf(`POST /v1/payment_intents/${id}/confirm`)
    const error = await errorOf(lossy.paymentIntents.confirm(id, { payment_method: 'pm_card_chargeDeclined' }))
    expect(error).toMatchObject({ type: 'StripeCardError', code: 'card_declined', decline_code: 'generic_decline' })
    expect(error.headers?.['idempotent-replayed']).toBe('true')
    expect((await sdk.mine.stripe.charges.list({ payment_intent: id })).data).toHaveLength(1)
  })

  test('after money was given back and captured, moves it once', async () => {
    const { id: paid } = await sdk.mine.stripe.paymentIntents.create(terms)
    proxy.loseAnswerOf('POST /v1/refunds')
    const refund = await lossy.refunds.create({ payment_intent: paid, amount: 11 })
    expect((await sdk.mine.stripe.refunds.list({ payment_intent: paid })).data.map(({ id }) => id)).toEqual([refund.id])
    const held = await sdk.mine.stripe.paymentIntents.create({ ...terms, capture_method: 'manual' })
    proxy.loseAnswerOf(`POST /v1/payment_intents/${held.id}/capture`)
    expect(await lossy.paymentIntents.capture(held.id, { amount_to_capture: 4000 })).toMatchObject({
      status: 'succeeded',
      amount_received: 4000,
    })
  })

  test('gives up where its retries are used up, with its own error', async () => {
    const once = sdk.client(sdk.mine.key, {
      host: new URL(proxy.url).hostname,
      port: new URL(proxy.url).port,
      maxNetworkRetries: 0,
    })
    proxy.loseAnswerOf('POST /v1/customers')
    expect(await errorOf(once.customers.create())).toMatchObject({ type: 'StripeConnectionError' })
  })
})

describe('an idempotency key', () => {
  test('belongs to one merchant in one mode: with the same key, two merchants pay each for themselves', async () => {
    const idempotencyKey = randomUUID()
    const mine = await sdk.mine.stripe.paymentIntents.create(terms, { idempotencyKey })
    const theirs = await sdk.theirs.stripe.paymentIntents.create({ ...terms, amount: 9900 }, { idempotencyKey })
    expect([mine.amount, theirs.amount, theirs.lastResponse.headers['idempotent-replayed']]).toEqual([
      4711,
      9900,
      undefined,
    ])
    expect(theirs.id).not.toBe(mine.id)
    const live = await errorOf(sdk.mine.liveStripe.paymentIntents.create(terms, { idempotencyKey }))
    expect(live.headers?.['idempotent-replayed']).toBeUndefined()
  })

  test('asked with two requests at once makes one payment, and both are answered with it', async () => {
    const idempotencyKey = randomUUID()
    const asked = Array.from({ length: 4 }, () => sdk.mine.stripe.paymentIntents.create(terms, { idempotencyKey }))
    const answered = await Promise.all(asked)
    expect(new Set(answered.map(({ id, latest_charge: charge }) => JSON.stringify([id, charge]))).size).toBe(1)
  })

  test('replays a decline, and refuses another request in the place of it', async () => {
    const idempotencyKey = randomUUID()
    const declined = { ...terms, payment_method: 'pm_card_chargeDeclinedStolenCard' }
    const [first, again] = [
      await errorOf(sdk.mine.stripe.paymentIntents.create(declined, { idempotencyKey })),
      await errorOf(sdk.mine.stripe.paymentIntents.create(declined, { idempotencyKey })),
    ]
    expect(again.raw).toMatchObject({
      decline_code: 'stolen_card',
      charge: (first as Stripe.errors.StripeCardError).charge,
    })
    expect(again.headers?.['idempotent-replayed']).toBe('true')
    expect(await errorOf(sdk.mine.stripe.paymentIntents.create(terms, { idempotencyKey }))).toMatchObject({
      type: 'StripeIdempotencyError',
      statusCode: 400,
    })
  })
})
