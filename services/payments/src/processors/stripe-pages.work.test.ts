import { addMs } from '@micro/kernel'
import { fakeClock } from '@micro/testing'
import { describe, expect, test } from 'vitest'
import type { PageRequest } from './paging.ts'
import { PaymentDiffers } from './same-payment.ts'
import { stripePages } from './stripe-pages.work.ts'

const clock = fakeClock()
const request: PageRequest = {
  session: 'cs_live_1',
  charge: 'ch_1',
  amount: 3000n,
  currency: 'usd',
  captureMethod: 'automatic',
  sentAt: clock.now(),
  processorId: null,
  lines: [{ name: 'Hat', unit: 1500n, quantity: 2 }],
  successUrl: 'https://shop.test/thanks',
  cancelUrl: null,
  email: 'ada@shop.test',
  locale: null,
  submitType: null,
  expiresAt: addMs(clock.now(), 3_600_000),
}
const session = (id: string, more: object = {}) => ({
  id,
  object: 'checkout.session',
  status: 'open',
  url: `https://pay.test/${id}`,
  amount_total: 3000,
  currency: 'usd',
  payment_intent: null,
  customer_details: null,
  metadata: { micro_checkout_session: 'cs_live_1' },
  ...more,
})
const intent = (more: object = {}) => ({
  id: 'pi_1',
  object: 'payment_intent',
  status: 'succeeded',
  amount: 3000,
  currency: 'usd',
  capture_method: 'automatic',
  last_payment_error: null,
  metadata: { micro_charge: 'ch_1' },
  payment_method: 'pm_1',
  ...more,
})

type Answer = { status?: number; body: object; date?: Date }

/** Pages of a processor that answers as told, and what it was sent. */
const processor = (answer: (url: URL) => Answer) => {
  const sent: { path: string; key: string | null; body: URLSearchParams }[] = []
  const fetch = (address: string, init: RequestInit): Promise<Response> => {
    const url = new URL(address)
    const body = new URLSearchParams(typeof init.body === 'string' ? init.body : '')
    sent.push({ path: url.pathname, key: new Headers(init.headers).get('idempotency-key'), body })
    const { status = 200, body: told, date = clock.now() } = answer(url)
    const headers = { 'content-type': 'application/json', date: date.toUTCString() }
    return Promise.resolve(new Response(JSON.stringify(told), { status, headers }))
  }
  const connection = { url: 'https://processor.test', secretKey: 'sk_live_x', clock }
  return { sent, pages: stripePages({ ...connection, fetch: fetch as typeof globalThis.fetch }) }
}
const list = (data: object[], has_more = false) => ({ object: 'list', url: '/v1/checkout/sessions', data, has_more })
const refusal = (status: number, error: object) => ({ status, body: { error: { message: 'No.', ...error } } })

describe('a page', () => {
  test('is asked for under our id, with amounts, and our names on the session and its payment', async () => {
    const { pages, sent } = processor(() => ({ body: session('cs_1') }))
    expect(await pages.make(request)).toMatchObject({ kind: 'there', page: { id: 'cs_1', payment: undefined } })
    const [{ key, body } = { key: '', body: new URLSearchParams() }] = sent
    expect(key).toBe('cs_live_1')
    for (const [name, value] of [
      ['line_items[0][price_data][unit_amount]', '1500'],
      ['line_items[0][quantity]', '2'],
      ['metadata[micro_checkout_session]', 'cs_live_1'],
      ['payment_intent_data[metadata][micro_charge]', 'ch_1'],
      ['payment_intent_data[capture_method]', 'automatic'],
      ['allowed_payment_method_types[0]', 'card'],
      ['customer_email', 'ada@shop.test'],
    ] as const)
      expect([name, body.get(name)]).toEqual([name, value])
  })

  for (const [what, status, error, reason] of [
    [
      'its request',
      400,
      { type: 'invalid_request_error', code: 'amount_too_small', param: 'line_items' },
      'amount_too',
    ],
    ['its key', 401, { type: 'authentication_error' }, 'the key'],
  ] as const)
    test(`is refused with a reason where ${what} is`, async () => {
      const { pages } = processor(() => refusal(status, error))
      expect(await pages.make(request)).toEqual({ kind: 'refused', reason: expect.stringContaining(reason) as string })
    })

  test('is not known where the processor fails, or knows the key with another request', async () => {
    for (const [status, error] of [
      [500, { type: 'api_error' }],
      [400, { type: 'idempotency_error' }],
    ] as const)
      await expect(processor(() => refusal(status, error)).pages.make(request)).rejects.toThrow()
  })
})

describe('a page whose answer was lost', () => {
  test('is found in the list of all since it may have been made, by more than its name', async () => {
    const { pages } = processor((url) => {
      expect(Number(url.searchParams.get('created[gte]'))).toBe(Math.floor((clock.now().getTime() - 300_000) / 1_000))
      const isFirst = url.searchParams.get('starting_after') === null
      return { body: isFirst ? list([session('cs_lie', { amount_total: 1 })], true) : list([session('cs_1')]) }
    })
    expect((await pages.find(request))?.id).toBe('cs_1')
  })

  test('is missing only when the list says so', async () => {
    expect(await processor(() => ({ body: list([]) })).pages.find(request)).toBeUndefined()
    const lying = processor(() => ({ body: list([session('cs_lie', { amount_total: 1 })]) }))
    await expect(lying.pages.find(request)).rejects.toThrow(PaymentDiffers)
    const early = processor(() => ({ body: list([]), date: addMs(clock.now(), -600_000) }))
    await expect(early.pages.find(request)).rejects.toThrow('the clock of the processor')
  })
})

describe('what was paid on a page that is known', () => {
  const known = { ...request, processorId: 'cs_1' }
  const paid = (more: object = {}) => session('cs_1', { status: 'complete', payment_intent: intent(more) })

  test('is told with its payment', async () => {
    const page = await processor(() => ({ body: paid() })).pages.find(known)
    expect(page?.payment).toMatchObject({ charge: 'ch_1', outcome: { kind: 'succeeded', processorId: 'pi_1' } })
  })

  for (const [what, more] of [
    ['another amount', { amount: 1 }],
    ['another currency', { currency: 'jpy' }],
    ['an authorisation only', { capture_method: 'manual' }],
    ['another charge', { metadata: { micro_charge: 'ch_2' } }],
  ] as const)
    test(`is not believed where it is ${what}`, async () => {
      const { pages } = processor(() => ({ body: paid(more) }))
      await expect(pages.find(known)).rejects.toThrow(PaymentDiffers)
      await expect(pages.close(known)).rejects.toThrow(PaymentDiffers)
    })

  test('is told, too, where it can be closed no more', async () => {
    const { pages } = processor(({ pathname }) =>
      pathname.endsWith('/expire') ? refusal(400, { type: 'invalid_request_error' }) : { body: paid() },
    )
    expect((await pages.close(known)).payment?.outcome?.kind).toBe('succeeded')
  })
})
