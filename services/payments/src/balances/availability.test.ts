import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createBench, type Bench } from '../payments.fixture.ts'

const dayMs = 86_400_000
const settlementMs = 3 * dayMs

let bench: Bench
beforeAll(async () => {
  bench = await createBench()
})
afterAll(() => bench[Symbol.asyncDispose]())

const pay = async (merchant: string, payment_method = 'pm_card_visa') => {
  const body = { amount: 2_000, currency: 'usd', payment_method, confirm: true }
  expect((await bench.call('/v1/payment_intents', { merchant, body })).status).toBe(200)
}
const advance = (merchant: string, advance_by: number) =>
  bench.call('/v1/test_helpers/clock/advance', { merchant, body: { advance_by } })
/** The balances that a merchant was told of. */
const told = (merchant: string) => bench.database.db.sql<{ object: { available: { amount: number }[] } }>`
  select object from payments.outbox where merchant = ${merchant} and type = 'balance.available' order by id`
const amounts = async (merchant: string) => (await told(merchant)).map(({ object }) => object.available[0]?.amount)
const round = () => bench.parts.availability.round()

describe('balance.available', () => {
  test('is told once when what was pending can be paid out, and not before', async () => {
    await pay('acct_once')
    await pay('acct_once')
    await round()
    expect(await amounts('acct_once')).toEqual([])
    bench.clock.advance(settlementMs)
    await round()
    const { body } = await bench.call('/v1/balance', { merchant: 'acct_once' })
    expect((await told('acct_once')).map(({ object }) => object)).toEqual([body])
    for (const _ of [1, 2, 3]) {
      bench.clock.advance(dayMs)
      await round()
    }
    expect(await amounts('acct_once')).toHaveLength(1)
  })

  test('is told of each day on which something becomes available', async () => {
    for (const _ of [1, 2]) {
      await pay('acct_days')
      bench.clock.advance(dayMs)
    }
    for (const _ of [1, 2, 3, 4]) {
      await round()
      bench.clock.advance(dayMs)
    }
    const [first = 0, second = 0, ...more] = await amounts('acct_days')
    expect([first > 0, second, more]).toEqual([true, 2 * first, []])
  })

  test('goes by the clock of the merchant, where that is ahead', async () => {
    await pay('acct_ahead')
    await pay('acct_behind')
    await advance('acct_ahead', settlementMs / 1_000)
    await round()
    expect([await amounts('acct_ahead'), await amounts('acct_behind')]).toEqual([[expect.any(Number)], []])
  })

  test('is told of what is available at once, each time', async () => {
    for (const count of [1, 2]) {
      await pay('acct_at_once', 'pm_card_bypassPending')
      await round()
      await round()
      expect(await amounts('acct_at_once')).toHaveLength(count)
    }
  })

  test('is told once by several processes', async () => {
    await pay('acct_several')
    bench.clock.advance(settlementMs)
    const others = [bench.another(), bench.another(), bench.another()]
    await Promise.all(others.map(({ parts }) => parts.availability.round()))
    expect(await amounts('acct_several')).toHaveLength(1)
  })
})
