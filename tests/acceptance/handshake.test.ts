import { randomUUID } from 'node:crypto'
import { apiVersion } from '@micro/contracts'
import type Stripe from 'stripe'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { errorOf, openAcceptance, type Acceptance } from './sdk.fixture.ts'

let sdk: Acceptance
let stripe: Stripe
beforeAll(async () => {
  sdk = await openAcceptance()
  stripe = sdk.mine.stripe
})
afterAll(() => sdk?.stop())

const good = { amount: 2000, currency: 'usd' }

describe('the official SDK', () => {
  test('finds the request id, the version and its idempotency key in every answer', async () => {
    const key = randomUUID()
    const { lastResponse } = await stripe.paymentIntents.create(good, { idempotencyKey: key })
    expect(lastResponse).toMatchObject({
      statusCode: 200,
      requestId: expect.stringMatching(/^req_/) as string,
      apiVersion,
      idempotencyKey: key,
    })
    expect(lastResponse.headers['original-request']).toBe(lastResponse.requestId)
  })

  test('gets the same answer again under the same key, and is told that it is the same', async () => {
    const key = randomUUID()
    const first = await stripe.paymentIntents.create(good, { idempotencyKey: key })
    const again = await stripe.paymentIntents.create(good, { idempotencyKey: key })
    expect(again.id).toBe(first.id)
    expect(again.lastResponse.headers).toMatchObject({
      'idempotent-replayed': 'true',
      'original-request': first.lastResponse.requestId,
    })
    expect(again.lastResponse.requestId).not.toBe(first.lastResponse.requestId)
  })

  test('gets its own error for a key with another request, with another endpoint too', async () => {
    const idempotencyKey = randomUUID()
    const { id } = await stripe.paymentIntents.create(good, { idempotencyKey })
    for (const call of [
      () => stripe.paymentIntents.create({ ...good, amount: 2001 }, { idempotencyKey }),
      () => stripe.paymentIntents.cancel(id, {}, { idempotencyKey }),
    ]) {
      const error = await errorOf(call())
      expect(error).toMatchObject({ type: 'StripeIdempotencyError', statusCode: 400 })
      expect([error.code, error.param]).toEqual([undefined, undefined])
    }
  })

  test('is told by name what a parameter lacks, and where to read about it', async () => {
    const unknown = { ...good, surprise: 'x' } as Stripe.PaymentIntentCreateParams
    expect(await errorOf(stripe.paymentIntents.create(unknown))).toMatchObject({
      type: 'StripeInvalidRequestError',
      code: 'parameter_unknown',
      param: 'surprise',
      message: 'Received unknown parameter: surprise',
      doc_url: '/docs/errors#parameter_unknown',
    })
    expect(await errorOf(stripe.paymentIntents.create({ currency: 'usd' } as never))).toMatchObject({
      code: 'parameter_missing',
      param: 'amount',
    })
    expect(await errorOf(stripe.paymentIntents.create({ ...good, amount: 19.99 }))).toMatchObject({
      code: 'parameter_invalid_integer',
      param: 'amount',
    })
    expect(await errorOf(stripe.paymentIntents.list({ starting_after: 'pi_none' }))).toMatchObject({
      code: 'resource_missing',
      param: 'starting_after',
      statusCode: 400,
    })
  })

  test('is told what Micro has where it asks for something else, of v2 as well', async () => {
    for (const call of [
      () => stripe.climate.orders.list(),
      () => stripe.v2.core.accounts.list({}),
      () => stripe.topups.cancel('tu_1'),
    ]) {
      const error = await errorOf(call())
      expect([error.statusCode, error.message]).toEqual([404, expect.stringContaining('/docs/stripe-coverage')])
    }
  })

  test('cannot act for a connected account, and for its own by name', async () => {
    const { id } = await stripe.accounts.retrieveCurrent()
    const own = await stripe.paymentIntents.create(good, { stripeAccount: id })
    expect(own.lastResponse.stripeAccount).toBe(id)
    const { id: other } = await sdk.theirs.stripe.accounts.retrieveCurrent()
    for (const options of [{ stripeAccount: other }, { stripeContext: other }, { stripeAccount: 'acct_none' }])
      expect(await errorOf(stripe.paymentIntents.create(good, options))).toMatchObject({
        type: 'StripePermissionError',
        code: 'account_invalid',
      })
  })

  test('of another version is answered, and a version that is none refused', async () => {
    const older = sdk.client(sdk.mine.key, { apiVersion: '2024-06-20' as never })
    expect((await older.paymentIntents.list({ limit: 1 })).lastResponse.apiVersion).toBe('2024-06-20')
    const wrong = sdk.client(sdk.mine.key, { apiVersion: 'newest' as never })
    expect(await errorOf(wrong.paymentIntents.list())).toMatchObject({
      type: 'StripeInvalidRequestError',
      statusCode: 400,
      message: expect.stringContaining('Invalid Stripe API version: newest') as string,
    })
  })

  test('without a key, or with one that is none, gets its authentication error', async () => {
    expect(await errorOf(sdk.client('sk_test_none').accounts.retrieveCurrent())).toMatchObject({
      type: 'StripeAuthenticationError',
      statusCode: 401,
      message: expect.stringMatching(/^Invalid API Key provided: sk_test_/) as string,
    })
  })
})

test('curl sends the key as user name, and lists as a[]=', async () => {
  const { mine, url } = sdk
  const authorization = `Basic ${Buffer.from(`${mine.key}:`).toString('base64')}`
  const response = await fetch(`${url}/v1/payment_intents`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/x-www-form-urlencoded' },
    body: 'amount=2000&currency=usd&payment_method=pm_card_visa&confirm=true&metadata[a]=b&expand[]=latest_charge',
  })
  expect([response.status, await response.json()]).toMatchObject([
    200,
    { status: 'succeeded', metadata: { a: 'b' }, latest_charge: { object: 'charge' } },
  ])
})
