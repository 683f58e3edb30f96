import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createBench, type Bench } from '../payments.fixture.ts'

let bench: Bench
beforeAll(async () => {
  bench = await createBench()
})
afterAll(() => bench[Symbol.asyncDispose]())

const intent = { amount: 1999, currency: 'usd' }
const decline = (payment_method: string, more: object = {}) =>
  bench.call('/v1/payment_intents', { body: { ...intent, payment_method, confirm: true, ...more } })

describe('a decline shows in the error body and in last_payment_error', () => {
  for (const [card, code, advice] of [
    ['pm_card_chargeDeclined', 'card_declined', 'try_again_later'],
    ['pm_card_visa_chargeDeclinedLostCard', 'card_declined', 'do_not_try_again'],
    ['pm_card_chargeDeclinedExpiredCard', 'expired_card', undefined],
  ] as const)
    test(`the whole payment method, the charge and the advice: ${card}`, async () => {
      const { status, body } = await decline(card)
      expect(status).toBe(402)
      const { error } = body
      const shown = error.payment_intent
      const { latest_charge: charge } = shown
      expect(error).toMatchObject({
        code,
        charge,
        payment_method: { object: 'payment_method', type: 'card', card: { brand: 'visa' }, customer: null },
      })
      expect(error['advice_code']).toBe(advice)
      expect(shown.last_payment_error).toMatchObject({ code, charge, payment_method: error['payment_method'] })
      expect(shown.last_payment_error?.advice_code).toBe(advice)
      const kept = await bench.call(`/v1/payment_intents/${shown.id}`)
      expect(kept.body.last_payment_error).toEqual(shown.last_payment_error)
      const [event] = (await bench.events(shown.id)).filter(({ type }) => type === 'payment_intent.payment_failed')
      expect(event?.object['last_payment_error']).toEqual(shown.last_payment_error)
    })
})

test('a repeat of the key tells the same payment method, byte for byte', async () => {
  const body = { ...intent, payment_method: 'pm_card_chargeDeclined', confirm: true }
  const first = await bench.call('/v1/payment_intents', { body, key: 'declined' })
  const again = await bench.call('/v1/payment_intents', { body, key: 'declined' })
  expect(first.text).toContain('"payment_method":{"id":"pm_')
  expect(again.text).toBe(first.text)
})

test('an authentication that nobody may be asked for shows the payment method, too', async () => {
  const { body } = await decline('pm_card_authenticationRequired', { error_on_requires_action: true })
  expect(body.error['payment_method']).toMatchObject({ object: 'payment_method', card: { last4: '3184' } })
  expect(body.error.payment_intent.last_payment_error?.payment_method).toEqual(body.error['payment_method'])
})

test('a page sees of a declined card neither its fingerprint nor what the merchant wrote beside it', async () => {
  const data = { type: 'card', card: { token: 'tok_chargeDeclined' }, metadata: { margin: '40' } }
  const made = await bench.call('/v1/payment_intents', { body: intent })
  const path = `/v1/payment_intents/${made.body.id}`
  await bench.call(`${path}/confirm`, { body: { payment_method_data: data } })
  const seen = await bench.call(`${path}?client_secret=${made.body.client_secret}`, { publishable: true })
  expect(seen.body.last_payment_error).toMatchObject({ code: 'card_declined', payment_method: { type: 'card' } })
  expect(seen.text).not.toMatch(/fingerprint|margin/)
  const method = await bench.call('/v1/payment_methods', { body: { type: 'card', card: { token: 'tok_visa' } } })
  expect(method.text).toContain('fingerprint')
  const refused = await bench.call(`${path}/confirm`, {
    publishable: true,
    body: { client_secret: made.body.client_secret, payment_method: 'pm_card_chargeDeclined' },
  })
  expect(refused.status).toBe(402)
  expect(refused.body.error['payment_method']).toMatchObject({ object: 'payment_method', card: { last4: '0002' } })
  expect(refused.text).not.toMatch(/fingerprint|margin/)
})
