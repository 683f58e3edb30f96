import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createBench, type Bench } from '../payments.fixture.ts'

let bench: Bench
beforeAll(async () => {
  bench = await createBench()
})
afterAll(() => bench[Symbol.asyncDispose]())

const authorise = async (payment_method: string, currency: string, amount = 10_000): Promise<string> => {
  const body = { amount, currency, payment_method, confirm: true, capture_method: 'manual' }
  return (await bench.call('/v1/payment_intents', { body })).body.id
}
const capture = (id: string, body: object = {}) => bench.call(`/v1/payment_intents/${id}/capture`, { body })

describe('a capture in a currency with three decimals ends in 0, as its authorisation does', () => {
  for (const [amount, status] of [
    [9_990, 200],
    [9_991, 400],
    [1, 400],
  ] as const)
    test(`${amount} of 10000 fils: ${status}`, async () => {
      const id = await authorise('pm_card_visa', 'kwd')
      const answer = await capture(id, { amount_to_capture: amount })
      expect(answer.status).toBe(status)
      if (status === 200) return
      expect(answer.body.error).toMatchObject({ code: 'parameter_invalid', param: 'amount_to_capture' })
      expect((await capture(id)).body).toMatchObject({ status: 'succeeded', amount_received: 10_000 })
    })
  test('by the older way, too', async () => {
    const source = { amount: 10_000, currency: 'bhd', source: 'tok_visa', capture: false }
    const { body } = await bench.call('/v1/charges', { body: source })
    const answer = await bench.call(`/v1/charges/${body.id}/capture`, { body: { amount: 5_005 } })
    expect([answer.status, answer.body.error['param']]).toEqual([400, 'amount'])
  })
})

describe("a card whose money is the merchant's at once", () => {
  for (const [card, waits] of [
    ['pm_card_bypassPending', false],
    ['pm_card_visa', true],
  ] as const)
    test(`captured by hand: ${card} ${waits ? 'waits for its settlement' : 'does not wait'}`, async () => {
      const id = await authorise(card, 'usd')
      bench.clock.advance(60_000)
      await capture(id, { amount_to_capture: 4_000 })
      const [moved] = await bench.database.db.sql<{ available_on: Date }>`
        select available_on from payments.movements
        where kind = 'charge' and metadata ->> 'payment_intent' = ${id}`
      expect((moved?.available_on.getTime() ?? 0) > bench.clock.now().getTime()).toBe(waits)
    })
})
