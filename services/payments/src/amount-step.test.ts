import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createBench, type Bench } from './payments.fixture.ts'

let bench: Bench
beforeAll(async () => {
  bench = await createBench()
})
afterAll(() => bench[Symbol.asyncDispose]())

const card = { payment_method: 'pm_card_visa', confirm: true }
const refusal = (param: string) => [400, 'parameter_invalid', param]
const refused = async (path: string, body: object): Promise<unknown[]> => {
  const answer = await bench.call(path, { body })
  return [answer.status, answer.body.error?.code, answer.body.error?.['param']]
}

for (const [currency, good, bad] of [
  ['kwd', 20_000, 20_005],
  ['isk', 20_000, 20_010],
  ['ugx', 20_000, 20_050],
] as const)
  describe(`in ${currency} nothing moves ${bad}, which no card could`, () => {
    test('by intents, created or changed, and by charges', async () => {
      expect(await refused('/v1/payment_intents', { amount: bad, currency, ...card })).toEqual(refusal('amount'))
      expect(await refused('/v1/charges', { amount: bad, currency, source: 'tok_visa' })).toEqual(refusal('amount'))
      const { body } = await bench.call('/v1/payment_intents', { body: { amount: good, currency } })
      expect(await refused(`/v1/payment_intents/${body.id}`, { amount: bad })).toEqual(refusal('amount'))
      const { body: dollars } = await bench.call('/v1/payment_intents', { body: { amount: bad, currency: 'usd' } })
      expect(await refused(`/v1/payment_intents/${dollars.id}`, { currency })).toEqual(refusal('amount'))
    })

    test('by captures and refunds of a part, while all of it can be captured and given back', async () => {
      const held = { amount: 2 * good, currency, ...card, capture_method: 'manual' }
      const { body: intent } = await bench.call('/v1/payment_intents', { body: held })
      const path = `/v1/payment_intents/${intent.id}/capture`
      expect(await refused(path, { amount_to_capture: bad })).toEqual(refusal('amount_to_capture'))
      const charges = `/v1/charges/${intent.latest_charge ?? ''}/capture`
      expect(await refused(charges, { amount: bad })).toEqual(refusal('amount'))
      expect((await bench.call(path, { body: { amount_to_capture: good } })).body.status).toBe('succeeded')
      const refund = { payment_intent: intent.id }
      expect(await refused('/v1/refunds', { ...refund, amount: bad - good })).toEqual(refusal('amount'))
      expect((await bench.call('/v1/refunds', { body: refund })).body.status).toBe('succeeded')
    })

    test('by payouts, prices and what Checkout sells', async () => {
      expect(await refused('/v1/payouts', { amount: bad, currency })).toEqual(refusal('amount'))
      const product_data = { name: 'A hat' }
      const price = { currency, unit_amount: bad, product_data }
      expect(await refused('/v1/prices', price)).toEqual(refusal('unit_amount'))
      const session = (price_data: object) => ({
        mode: 'payment',
        success_url: 'http://127.0.0.1/thanks',
        line_items: [{ price_data: { currency, product_data, ...price_data } }],
      })
      expect(await refused('/v1/checkout/sessions', session({ unit_amount: bad }))).toEqual(
        refusal('line_items[0][price_data][unit_amount]'),
      )
      // A part of what cards move may be a price, and its sum has to be whole.
      const inParts = { unit_amount_decimal: `${bad}.5` }
      expect(await refused('/v1/checkout/sessions', session(inParts))).toEqual(refusal('line_items'))
    })
  })

for (const currency of ['huf', 'twd'])
  test(`in ${currency} cards move 20050, and payouts do not`, async () => {
    const { status } = await bench.call('/v1/payment_intents', { body: { amount: 20_050, currency, ...card } })
    expect(status).toBe(200)
    expect(await refused('/v1/payouts', { amount: 20_050, currency })).toEqual(refusal('amount'))
  })
