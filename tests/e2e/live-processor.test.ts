import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { eventually } from '@micro/testing'
import Stripe from 'stripe'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startLossyProxy, type LossyProxy } from '../acceptance/lossy-proxy.fixture.ts'
import { everythingKept } from '../security/kept.ts'
import { newMerchant, type Merchant } from './api.ts'
import { micro, removeTemporaryDirectories, type Micro } from './harness.ts'

// Micro's client of a processor tries nothing again by itself, so what is lost is lost once.
/** The one whose merchant is paid, and the one that is its processor. */
let mine: Micro
let theirs: Micro
let merchant: Merchant
let account: Merchant
let proxy: LossyProxy
let stripe: Stripe
let there: Stripe
let processor: string

const clientOf = (url: string, key: string): Stripe => {
  const { hostname, port } = new URL(url)
  return new Stripe(key, { host: hostname, port, protocol: 'http', telemetry: false, maxNetworkRetries: 0 })
}

const configure = (more: object = {}) =>
  merchant.live('POST', '/payments/processors', {
    body: { kind: 'stripe', url: proxy.url, secret_key: account.key, currencies: ['usd', 'EUR'], ...more },
  })

beforeAll(async () => {
  theirs = await micro()
  proxy = await startLossyProxy(() => theirs.url)
  mine = await micro({ env: { MICRO_PROCESSOR_URLS: `${proxy.url}/,https://api.stripe.com` } })
  merchant = await newMerchant(mine.url)
  account = await newMerchant(theirs.url)
  stripe = clientOf(mine.url, merchant.liveKey)
  there = clientOf(theirs.url, account.key)
}, 180_000)
afterAll(async () => {
  await mine?.stop()
  await theirs?.stop()
  await proxy?.stop()
  await removeTemporaryDirectories()
}, 180_000)

/** A card as its processor keeps it. */
const card = async (token = 'tok_visa'): Promise<string> =>
  (await there.paymentMethods.create({ type: 'card', card: { token } })).id

const pay = async (more: Partial<Stripe.PaymentIntentCreateParams> = {}, token = 'tok_visa') =>
  stripe.paymentIntents.create({
    amount: 2000,
    currency: 'usd',
    payment_method: await card(token),
    confirm: true,
    ...more,
  })

/** What is there of a charge made here. */
const paidThere = async (charge: unknown): Promise<Stripe.PaymentIntent[]> => {
  const all: Stripe.PaymentIntent[] = []
  for await (const intent of there.paymentIntents.list({ limit: 100 }))
    if (intent.metadata['micro_charge'] === charge) all.push(intent)
  return all
}

const refusalOf = async (call: Promise<unknown>): Promise<Stripe.errors.StripeError> => {
  const error = await call.catch((thrown: unknown) => thrown)
  if (error instanceof Stripe.errors.StripeError) return error
  throw new Error(`no error, but ${JSON.stringify(error)}`)
}

describe('before one is configured', () => {
  test('live money goes nowhere', async () => {
    expect(await refusalOf(pay())).toMatchObject({ statusCode: 400, code: 'processor_not_configured' })
    expect((await there.paymentIntents.list()).data).toEqual([])
  })

  test('a processor is asked only where the operator allows it, of live mode, in currencies that there are', async () => {
    for (const [more, param] of [
      [{ url: 'http://169.254.169.254' }, 'url'],
      [{ url: `${proxy.url}/path` }, 'url'],
      [{ currencies: ['usd', 'xxx'] }, 'currencies[1]'],
      [{ currencies: [] }, 'currencies'],
      [{ amount_min: 5, amount_max: 4 }, 'amount_max'],
      [{ secret_key: 'with space' }, 'secret_key'],
    ] as const) {
      const { status, body } = await configure(more)
      expect([more, status, body.error]).toMatchObject([more, 400, { param }])
    }
    const body = { kind: 'stripe', secret_key: account.key, currencies: ['usd'] }
    const refused = await merchant.test('POST', '/payments/processors', { body })
    expect(refused.body.error.code).toBe('live_mode_only')
  })
})

describe('with a processor', () => {
  beforeAll(async () => {
    const made = await configure()
    expect([made.status, made.body]).toMatchObject([201, { object: 'payment_processor', currencies: ['eur', 'usd'] }])
    processor = made.body.id
  })

  test('who said so stands in the audit log of the merchant, without the key', async () => {
    const entry = await eventually(async () => {
      const { body } = await merchant.session('GET', '/auth/audit_log?action=processor.created')
      expect(body.data).toHaveLength(1)
      return body.data[0]
    })
    expect(entry).toMatchObject({ subject: processor, mode: 'live', actor: { type: 'api_key' }, outcome: 'success' })
    expect(JSON.stringify(entry)).not.toContain(account.key)
  })

  test('its key is neither shown, nor stored, nor logged', async () => {
    await pay()
    const listed = await merchant.live('GET', '/payments/processors')
    expect(listed.body.data.map(({ id }) => id)).toEqual([processor])
    expect(JSON.stringify(listed.body)).not.toContain(account.key)
    const password = await readFile(join(mine.dataDir, 'postgres', 'secrets', 'superuser-password'), 'utf8')
    const superuser = Object.assign(new URL(mine.instance.databases.payments.url), {
      username: 'postgres',
      password: password.trim(),
    })
    const kept = await everythingKept([superuser.href])
    expect(kept).toContain(processor)
    expect(kept).not.toContain(account.key)
    expect(mine.running.stdout() + mine.running.stderr()).not.toContain(account.key)
  })

  test('no other merchant sees it, or removes it', async () => {
    const stranger = await newMerchant(mine.url)
    expect((await stranger.live('GET', '/payments/processors')).body.data).toEqual([])
    expect((await stranger.live('DELETE', `/payments/processors/${processor}`)).status).toBe(404)
    expect((await merchant.test('GET', '/payments/processors')).body.data).toEqual([])
  })

  test('a key that it refuses, or that is of another account there, does not take the place of its key', async () => {
    const refused = await configure({ secret_key: 'sk_test_nobodys_000000000000' })
    expect([refused.status, refused.body.error]).toMatchObject([400, { param: 'secret_key' }])
    await pay()
    const replace = (secret_key: string) =>
      merchant.live('POST', `/payments/processors/${processor}`, { body: { secret_key } })
    for (const key of ['sk_test_nobodys_000000000000', (await newMerchant(theirs.url)).key]) {
      const { status, body } = await replace(key)
      expect([status, body.error]).toMatchObject([400, { param: 'secret_key' }])
    }
    expect((await replace(account.key)).status).toBe(200)
    expect((await pay()).status).toBe('succeeded')
  })

  test('a payment is charged once there, and booked here', async () => {
    const intent = await pay()
    expect(intent).toMatchObject({ status: 'succeeded', livemode: true, amount_received: 2000 })
    expect(await paidThere(intent.latest_charge)).toMatchObject([
      { status: 'succeeded', amount: 2000, currency: 'usd' },
    ])
    const { data } = await stripe.charges.list({ payment_intent: intent.id })
    const [charge] = data
    expect(charge?.payment_method_details?.card).toMatchObject({ brand: 'visa', last4: '4242' })
    expect(charge?.balance_transaction).toMatch(/^txn_/)
  })

  test('an answer that is lost is learnt, and charges once', async () => {
    proxy.loseAnswerOf('POST /v1/payment_intents', 1)
    const intent = await pay()
    expect(intent.status).toBe('succeeded')
    expect(await paidThere(intent.latest_charge)).toHaveLength(1)
  })

  test('a request that is lost is sent again, and charges once', async () => {
    proxy.loseRequest('POST /v1/payment_intents', 1)
    const intent = await pay()
    expect(intent.status).toBe('succeeded')
    expect(await paidThere(intent.latest_charge)).toHaveLength(1)
  })

  test('where neither the answer nor the look arrives it is processing, and comes to one charge by itself', async () => {
    proxy.loseAnswerOf('POST /v1/payment_intents', 1)
    proxy.loseRequest('GET /v1/payment_intents', 1)
    const intent = await pay()
    expect(intent.status).toBe('processing')
    await eventually(async () => expect((await stripe.paymentIntents.retrieve(intent.id)).status).toBe('succeeded'), {
      timeoutMs: 60_000,
    })
    expect(await paidThere(intent.latest_charge)).toHaveLength(1)
  }, 180_000)

  test('a decline is told in the words of the card', async () => {
    for (const [token, code, decline] of [
      ['tok_visa_chargeDeclinedInsufficientFunds', 'card_declined', 'insufficient_funds'],
      ['tok_chargeDeclinedExpiredCard', 'expired_card', 'expired_card'],
      ['tok_threeDSecure2Required', 'authentication_required', 'authentication_required'],
    ] as const) {
      const error = await refusalOf(pay({}, token))
      expect([token, error.statusCode, error.code]).toEqual([token, 402, code])
      if (decline !== 'authentication_required') expect(error.decline_code).toBe(decline)
      expect(error.payment_intent?.status).toBe('requires_payment_method')
    }
  })

  test('a currency it is not paid out in is refused and not converted', async () => {
    expect(await refusalOf(pay({ currency: 'gbp' }))).toMatchObject({
      statusCode: 400,
      code: 'processor_currency_refused',
      param: 'currency',
    })
  })

  test('a payment method that its processor does not know is missing here too', async () => {
    for (const id of ['pm_doesnotexist', 'pm_card_visa'])
      expect(await refusalOf(pay({ payment_method: id }))).toMatchObject({ statusCode: 400, param: 'payment_method' })
    expect(await refusalOf(pay({ payment_method: '4242424242424242' }))).toMatchObject({ code: 'card_number_refused' })
  })

  test('an authorisation is captured in part there and here, though the answer is lost', async () => {
    const intent = await pay({ capture_method: 'manual' })
    expect(intent.status).toBe('requires_capture')
    proxy.loseAnswerOf('POST /v1/payment_intents', 1)
    const captured = await stripe.paymentIntents.capture(intent.id, { amount_to_capture: 1500 })
    expect(captured).toMatchObject({ status: 'succeeded', amount_received: 1500 })
    expect(await paidThere(intent.latest_charge)).toMatchObject([{ status: 'succeeded', amount_received: 1500 }])
  })

  test('an authorisation that is canceled is given back there', async () => {
    const intent = await pay({ capture_method: 'manual' })
    expect((await stripe.paymentIntents.cancel(intent.id)).status).toBe('canceled')
    await eventually(async () => expect(await paidThere(intent.latest_charge)).toMatchObject([{ status: 'canceled' }]))
  })

  test('a refund is sent once, though its answer is lost', async () => {
    const intent = await pay()
    proxy.loseAnswerOf('POST /v1/refunds', 1)
    const refund = await stripe.refunds.create({ payment_intent: intent.id, amount: 700 })
    expect(refund).toMatchObject({ status: 'succeeded', amount: 700 })
    const [paid] = await paidThere(intent.latest_charge)
    expect((await there.refunds.list({ payment_intent: paid?.id ?? '' })).data).toMatchObject([
      { amount: 700, metadata: { micro_refund: refund.id } },
    ])
  })

  test('a card is not kept for later, and says so', async () => {
    const { id: customer } = await stripe.customers.create()
    const error = await refusalOf(pay({ customer, setup_future_usage: 'off_session' }))
    expect(error.code).toBe('live_method_not_kept')
  })

  test('declined for want of an answer the next one is asked, of the card itself nobody; a repeat asks none', async () => {
    const second = (await configure({ priority: 5 })).body.id
    const key = randomUUID()
    const method = await card('tok_chargeDeclinedProcessingError')
    const params = { amount: 900, currency: 'usd', payment_method: method, confirm: true }
    const error = await refusalOf(stripe.paymentIntents.create(params, { idempotencyKey: key }))
    expect(error).toMatchObject({ statusCode: 402, code: 'processing_error' })
    const { data } = await stripe.charges.list({ payment_intent: error.payment_intent?.id ?? '' })
    expect(data.map(({ status }) => status)).toEqual(['failed', 'failed'])
    const again = await refusalOf(stripe.paymentIntents.create(params, { idempotencyKey: key }))
    expect(again.payment_intent?.id).toBe(error.payment_intent?.id)

    const hard = await refusalOf(pay({}, 'tok_chargeDeclinedLostCard'))
    const attempts = await stripe.charges.list({ payment_intent: hard.payment_intent?.id ?? '' })
    expect(attempts.data).toHaveLength(1)
    await merchant.live('DELETE', `/payments/processors/${second}`)
  })

  test('one that was removed takes no new charge, and refunds those it made', async () => {
    const intent = await pay()
    const removed = await merchant.live('DELETE', `/payments/processors/${processor}`)
    expect([removed.status, removed.body]).toMatchObject([200, { id: processor, removed: true }])
    const again = stripe.paymentIntents.create({
      amount: 900,
      currency: 'usd',
      payment_method: await card(),
      confirm: true,
    })
    expect(await refusalOf(again)).toMatchObject({ code: 'processor_not_configured' })
    expect((await stripe.refunds.create({ payment_intent: intent.id })).status).toBe('succeeded')
  })
})
