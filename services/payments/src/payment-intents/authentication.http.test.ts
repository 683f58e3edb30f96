import { injector } from '@micro/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createBench, type Answer, type Bench } from '../payments.fixture.ts'

let bench: Bench
let page: ReturnType<typeof injector>
beforeAll(async () => {
  bench = await createBench()
  page = injector(bench.parts.service)
})
afterAll(() => bench[Symbol.asyncDispose]())

const path = '/v1/payment_intents'
const returnUrl = 'https://shop.test/done?order=7'
const pay = (more: object = {}): Promise<Answer> =>
  bench.call(path, {
    body: {
      amount: 1999,
      currency: 'usd',
      payment_method: 'pm_card_authenticationRequired',
      confirm: true,
      return_url: returnUrl,
      ...more,
    },
  })
const statusOf = async (id: string) => (await bench.call(`${path}/${id}`)).body.status
const typesOf = async (id: string): Promise<string[]> => (await bench.events(id)).map(({ type }) => type)
const pageOf = ({ body }: Answer): string => {
  const url = body.next_action?.redirect_to_url?.url ?? body.next_action?.use_stripe_sdk?.stripe_js ?? ''
  expect(url).toMatch(/^http:\/\/gateway\.test\/payments\/authenticate\/authn_[0-9A-Za-z]{24}$/)
  return new URL(url).pathname
}
const answer = (url: string, action: string) =>
  page(undefined, {
    method: 'POST',
    url,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: `action=${action}`,
  })
const toldIn = (location: unknown) => Object.fromEntries(new URL(String(location)).searchParams)

describe('a card whose holder has to prove to be one', () => {
  test('is not charged before; the page leads back to the shop, and the payment has succeeded', async () => {
    const challenged = await pay({ description: '<b>Tea & "cakes"</b>' })
    const { id, client_secret } = challenged.body
    expect([challenged.status, challenged.body]).toMatchObject([
      200,
      {
        status: 'requires_action',
        latest_charge: null,
        next_action: { type: 'redirect_to_url', redirect_to_url: { return_url: returnUrl } },
      },
    ])
    expect(await bench.chargesOf(id)).toEqual([])
    const url = pageOf(challenged)
    const shown = await page(undefined, { url })
    expect([shown.status, shown.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8'])
    expect(shown.headers['content-security-policy']).toMatch(
      /^default-src 'none'; base-uri 'none'; frame-ancestors 'none'; style-src 'sha256-[^']+'; form-action 'self' https:\/\/shop.test$/,
    )
    expect(shown.text).toContain('19.99 USD')
    expect(shown.text).toContain('&lt;b&gt;Tea &amp; &quot;cakes&quot;&lt;/b&gt;')
    expect(shown.text).not.toMatch(/<script|<b>|style=|onclick/)

    const done = await answer(url, 'complete')
    expect([done.status, String(done.headers['location']).split('?')[0]]).toEqual([303, 'https://shop.test/done'])
    expect(toldIn(done.headers['location'])).toEqual({
      order: '7',
      payment_intent: id,
      payment_intent_client_secret: client_secret,
      redirect_status: 'succeeded',
    })
    expect((await bench.call(`${path}/${id}`)).body).toMatchObject({
      status: 'succeeded',
      amount_received: 1999,
      next_action: null,
    })
    expect(await typesOf(id)).toEqual([
      'payment_intent.created',
      'payment_intent.requires_action',
      'charge.succeeded',
      'payment_intent.succeeded',
    ])
    const [charge] = await bench.chargesOf(id)
    expect(charge).toMatchObject({
      payment_method_details: { three_d_secure: { authentication_flow: 'challenge', result: 'authenticated' } },
    })
    for (const again of [await page(undefined, { url }), await answer(url, 'complete')]) expect(again.status).toBe(404)
    expect(await bench.simulated(id)).toBe(1)
  })

  test('who fails is charged nothing; the intent can be paid with another card', async () => {
    const challenged = await pay()
    const { id } = challenged.body
    const done = await answer(pageOf(challenged), 'fail')
    expect(toldIn(done.headers['location'])).toMatchObject({ redirect_status: 'failed' })
    expect((await bench.call(`${path}/${id}`)).body).toMatchObject({
      status: 'requires_payment_method',
      payment_method: null,
      last_payment_error: { code: 'payment_intent_authentication_failure' },
    })
    expect(await bench.chargesOf(id)).toEqual([])
    expect((await typesOf(id)).at(-1)).toBe('payment_intent.payment_failed')
    const other = await bench.call(`${path}/${id}/confirm`, { body: { payment_method: 'pm_card_visa' } })
    expect(other.body.status).toBe('succeeded')
  })

  test('without a return_url is shown by the shop itself, and the page says when it is over', async () => {
    const challenged = await pay({ return_url: undefined })
    expect(challenged.body.next_action?.type).toBe('use_stripe_sdk')
    const done = await answer(pageOf(challenged), 'complete')
    expect([done.status, done.text]).toEqual([200, expect.stringContaining('close this window')])
    expect(await statusOf(challenged.body.id)).toBe('succeeded')
  })

  test('may be authorised only, and is captured later', async () => {
    const challenged = await pay({ capture_method: 'manual' })
    await answer(pageOf(challenged), 'complete')
    expect(await statusOf(challenged.body.id)).toBe('requires_capture')
    expect((await bench.call(`${path}/${challenged.body.id}/capture`, { body: {} })).body.status).toBe('succeeded')
  })

  test('may be declined all the same', async () => {
    const challenged = await pay({ payment_method: 'pm_card_authenticationRequiredChargeDeclinedInsufficientFunds' })
    const done = await answer(pageOf(challenged), 'complete')
    expect(toldIn(done.headers['location'])).toMatchObject({ redirect_status: 'failed' })
    expect((await bench.call(`${path}/${challenged.body.id}`)).body.last_payment_error).toMatchObject({
      decline_code: 'insufficient_funds',
    })
  })

  test('with confirmation_method=manual is charged by the next confirmation, and not asked again', async () => {
    const challenged = await pay({ confirmation_method: 'manual' })
    const { id } = challenged.body
    await answer(pageOf(challenged), 'complete')
    expect(await statusOf(id)).toBe('requires_confirmation')
    expect(await bench.chargesOf(id)).toEqual([])
    expect((await bench.call(`${path}/${id}/confirm`, { body: {} })).body.status).toBe('succeeded')
  })

  test('is asked anew when the terms changed meanwhile', async () => {
    const challenged = await pay()
    const { id } = challenged.body
    const changed = await bench.call(`${path}/${id}`, { body: { amount: 5000 } })
    expect(changed.body).toMatchObject({ status: 'requires_confirmation', amount: 5000, next_action: null })
    expect((await answer(pageOf(challenged), 'complete')).status, 'the old page agrees to nothing').toBe(404)
    expect((await bench.call(`${path}/${id}/confirm`, { body: {} })).body.status).toBe('requires_action')
  })

  test('can be canceled while it is waited for', async () => {
    const challenged = await pay()
    const canceled = await bench.call(`${path}/${challenged.body.id}/cancel`, { body: {} })
    expect(canceled.body).toMatchObject({ status: 'canceled', next_action: null })
    expect((await answer(pageOf(challenged), 'complete')).status).toBe(404)
  })
})

test.each([
  ['error_on_requires_action', { error_on_requires_action: true }, 'authentication_not_handled', 0],
  ['off_session', { off_session: true }, 'authentication_required', 1],
])('%s: nobody is asked, the card is declined for it', async (_, more, decline_code, charges) => {
  const { status, body } = await pay(more)
  expect([status, body.error]).toMatchObject([
    402,
    { type: 'card_error', code: 'authentication_required', decline_code },
  ])
  const { id } = body.error.payment_intent
  expect(body.error.payment_intent).toMatchObject({
    status: 'requires_payment_method',
    payment_method: null,
    last_payment_error: { code: 'authentication_required', decline_code },
  })
  expect(await bench.chargesOf(id)).toHaveLength(charges)
  expect((await typesOf(id)).at(-1)).toBe('payment_intent.payment_failed')
  expect(await bench.simulated(id)).toBe(0)
})

test.each([
  ['pm_card_authenticationRequiredSetupForOffSession', { off_session: true }, 'succeeded'],
  ['pm_card_authenticationRequiredSetupForOffSession', {}, 'requires_action'],
  ['pm_card_authenticationRequiredOnSetup', {}, 'requires_action'],
  ['pm_card_threeDSecure2Required', {}, 'requires_action'],
  ['pm_card_threeDSecureOptional', {}, 'succeeded'],
  [
    'pm_card_threeDSecureOptional',
    { payment_method_options: { card: { request_three_d_secure: 'any' } } },
    'requires_action',
  ],
  ['pm_card_visa', { payment_method_options: { card: { request_three_d_secure: 'any' } } }, 'succeeded'],
])('%s with %j is %s', async (payment_method, more, want) => {
  expect((await pay({ payment_method, ...more })).body.status).toBe(want)
})

test('complete, fail, cancel and confirm at once: one of them decides, and at most one charge is made', async () => {
  for (let round = 0; round < 10; round++) {
    const challenged = await pay()
    const { id } = challenged.body
    const url = pageOf(challenged)
    const answers = await Promise.all([
      answer(url, 'complete'),
      answer(url, 'fail'),
      bench.call(`${path}/${id}/cancel`, { body: {} }),
      answer(url, 'complete'),
    ])
    for (const { status } of answers) expect([200, 303, 400, 404, 429]).toContain(status)
    const status = await statusOf(id)
    expect(['succeeded', 'requires_payment_method', 'canceled']).toContain(status)
    expect(await bench.simulated(id)).toBe(status === 'succeeded' ? 1 : 0)
  }
})

test('a payment method may be made of a token where it is used, with its details', async () => {
  const payment_method_data = {
    type: 'card',
    card: { token: 'tok_mastercard' },
    billing_details: { name: 'Ada' },
  }
  const { body } = await pay({ payment_method: undefined, payment_method_data })
  expect(body.status).toBe('succeeded')
  const charge = await bench.call(`/v1/charges/${body.latest_charge ?? ''}`)
  expect(charge.body).toMatchObject({
    billing_details: { name: 'Ada' },
    payment_method_details: { card: { brand: 'mastercard' } },
  })
  const open = (await bench.call(path, { body: { amount: 500, currency: 'usd' } })).body.id
  const confirmed = await bench.call(`${path}/${open}/confirm`, { body: { payment_method_data } })
  expect(confirmed.body.status).toBe('succeeded')
  for (const [card, code] of [
    [{ number: '4242424242424242' }, 'card_number_refused'],
    [{}, 'parameter_missing'],
    [{ token: 'tok_none' }, 'resource_missing'],
  ] as const) {
    const refused = await pay({ payment_method: undefined, payment_method_data: { type: 'card', card } })
    expect(refused.body.error['code']).toBe(code)
  }
})

describe('refused', () => {
  test.each([
    ['a return_url that runs in a browser', { return_url: 'javascript:alert(1)' }, 'return_url'],
    ['one that is none', { return_url: 'shop' }, 'return_url'],
    [
      'error_on_requires_action without confirm',
      { error_on_requires_action: true, confirm: false },
      'error_on_requires_action',
    ],
    ['off_session without confirm', { off_session: true, confirm: false }, 'off_session'],
  ])('%s', async (_, more, param) => {
    const { status, body } = await pay(more)
    expect([status, body.error['param']]).toEqual([400, param])
  })

  test('a page that nobody was sent to, and an answer that is none', async () => {
    expect((await page(undefined, { url: '/payments/authenticate/authn_guess' })).status).toBe(404)
    const challenged = await pay()
    const { status, body } = await answer(pageOf(challenged), 'maybe')
    expect([status, (body['error'] as Record<string, unknown>)['param']]).toEqual([400, 'action'])
    expect(await statusOf(challenged.body.id)).toBe('requires_action')
  })
})
