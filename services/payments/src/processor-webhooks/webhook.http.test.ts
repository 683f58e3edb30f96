import { afterAll, beforeAll, expect, test } from 'vitest'
import { createBench, type Bench } from '../payments.fixture.ts'

let bench: Bench
beforeAll(async () => {
  bench = await createBench()
})
afterAll(() => bench[Symbol.asyncDispose]())

test('the secret of a processor, also of one that was removed, is taken away for good by its merchant alone', async () => {
  const mine = { merchant: 'acct_mine', mode: 'live' } as const
  const body = { kind: 'stripe', secret_key: 'sk_live_of_mine', currencies: ['usd'] }
  const processor = (await bench.call('/payments/processors', { ...mine, body })).body.id
  const path = `/payments/processors/${processor}/webhook_secret`
  await bench.call(path, { ...mine, body: { webhook_secret: 'whsec_of_the_processor' } })
  await bench.call(`/payments/processors/${processor}`, { ...mine, method: 'DELETE' })
  const kept = () => bench.database.db.sql`select from payments.processor_webhooks where processor = ${processor}`

  for (const who of [
    { merchant: 'acct_stranger', mode: 'live' },
    { ...mine, mode: 'test' },
  ] as const)
    expect((await bench.call(path, { ...who, method: 'DELETE' })).status).toBe(404)
  expect(await kept()).toHaveLength(1)
  for (const _ of [1, 2]) {
    const { status, body: answer } = await bench.call(path, { ...mine, method: 'DELETE' })
    expect([status, answer]).toEqual([200, { id: processor, object: 'payment_processor_webhook', deleted: true }])
    expect(await kept()).toEqual([])
  }
})
