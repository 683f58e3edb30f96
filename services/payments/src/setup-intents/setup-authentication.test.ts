import { injector } from '@micro/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Bench } from '../payments.fixture.ts'
import { openSetupIntents, type Ask } from './setup-intents.fixture.ts'

let bench: Bench
let ask: Ask
let customer: () => Promise<string>
let page: ReturnType<typeof injector>
beforeAll(async () => {
  ;({ bench, ask, customer } = await openSetupIntents())
  page = injector(bench.parts.service)
})
afterAll(() => bench[Symbol.asyncDispose]())

const path = '/v1/setup_intents'
/** A setup intent that waits for its card's holder, and the page where they prove to be one. */
const challenged = async () => {
  const of = await customer()
  const { body } = await ask(path, {
    body: {
      customer: of,
      payment_method: 'pm_card_authenticationRequiredOnSetup',
      confirm: true,
      return_url: 'https://shop.test/done?order=7',
    },
  })
  expect(body.status).toBe('requires_action')
  return { of, id: body.id, url: new URL(body.next_action?.redirect_to_url?.url ?? '').pathname }
}
const answer = (url: string, action: string) =>
  page(undefined, {
    method: 'POST',
    url,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: `action=${action}`,
  })
const toldIn = (location: unknown) => Object.fromEntries(new URL(String(location)).searchParams)
const methodsOf = async (of: string) => (await ask(`/v1/payment_methods?customer=${of}`)).body.data
const attemptsOf = async (id: string) => (await ask(`/v1/setup_attempts?setup_intent=${id}`)).body.data
const typesOf = async (id: string) => (await bench.events(id)).map(({ type }) => type)

test('a card whose holder proved to be one is kept, and the page leads back to the shop', async () => {
  const { of, id, url } = await challenged()
  expect(await methodsOf(of)).toEqual([])
  const shown = await page(undefined, { url })
  expect([shown.status, shown.text]).toEqual([200, expect.stringContaining('Set up a card')])
  const { headers } = await answer(url, 'complete')
  const { body } = await ask(`${path}/${id}`)
  expect(toldIn(headers.location)).toEqual({
    order: '7',
    setup_intent: id,
    setup_intent_client_secret: body.client_secret,
    redirect_status: 'succeeded',
  })
  expect(body).toMatchObject({ status: 'succeeded', next_action: null, last_setup_error: null })
  expect(await methodsOf(of)).toMatchObject([{ id: body.payment_method }])
  expect(await attemptsOf(id)).toMatchObject([{ status: 'succeeded' }])
  expect(await typesOf(id)).toEqual(['setup_intent.created', 'setup_intent.requires_action', 'setup_intent.succeeded'])
  expect((await page(undefined, { url })).status, 'the page is gone').toBe(404)
})

test('a holder who fails leaves the intent open for another card', async () => {
  const { of, id, url } = await challenged()
  const { headers } = await answer(url, 'fail')
  expect(toldIn(headers.location)).toMatchObject({ setup_intent: id, redirect_status: 'failed' })
  expect((await ask(`${path}/${id}`)).body).toMatchObject({
    status: 'requires_payment_method',
    payment_method: null,
    last_setup_error: { code: 'setup_intent_authentication_failure' },
  })
  expect(await attemptsOf(id)).toMatchObject([{ status: 'failed', setup_error: { type: 'invalid_request_error' } }])
  expect((await typesOf(id)).at(-1)).toBe('setup_intent.setup_failed')
  expect((await ask(`${path}/${id}/confirm`, { body: { payment_method: 'pm_card_visa' } })).body.status).toBe(
    'succeeded',
  )
  expect(await methodsOf(of)).toHaveLength(1)
})

test('answered many times at once, and canceled, it ends one way', async () => {
  for (let round = 0; round < 4; round++) {
    const { of, id, url } = await challenged()
    await Promise.all([
      answer(url, 'complete'),
      answer(url, 'complete'),
      answer(url, 'fail'),
      ask(`${path}/${id}/cancel`, { body: {} }),
    ])
    const { status } = (await ask(`${path}/${id}`)).body
    expect(await methodsOf(of)).toHaveLength(status === 'succeeded' ? 1 : 0)
    const told = (await typesOf(id)).slice(2)
    expect(told.filter((type) => type === 'setup_intent.succeeded')).toHaveLength(status === 'succeeded' ? 1 : 0)
    expect((await attemptsOf(id)).filter((each) => String(each.status) === 'requires_action')).toEqual([])
  }
})
