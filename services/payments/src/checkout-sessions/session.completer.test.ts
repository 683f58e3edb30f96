import { addMs } from '@micro/kernel'
import { expect, test } from 'vitest'
import { saveSetback } from '../background/setback.store.ts'
import { createBench, patientConfig } from '../payments.fixture.ts'
import { expiredSessions } from './checkout-session.store.ts'

test('a session that could not be completed is put off as that, and expires in time all the same', async () => {
  await using bench = await createBench({ config: patientConfig })
  const hat = { price_data: { currency: 'usd', unit_amount: 1500, product_data: { name: 'Hat' } } }
  const body = { mode: 'payment', success_url: 'https://shop.example/thanks', line_items: [hat] }
  const { id } = (await bench.call('/v1/checkout/sessions', { body })).body
  bench.clock.advance(25 * 60 * 60_000)
  const now = bench.clock.now()
  const setback = { item: id, merchant: 'acct_a', mode: 'test', attempts: 9, after: addMs(now, 600_000), now } as const
  const { sql } = bench.database.db
  const expired = async () => (await expiredSessions(sql, { now, limit: 10 })).map((session) => session.id)
  await saveSetback(sql, 'checkout_session', setback)
  expect(await expired()).toEqual([id])
  await saveSetback(sql, 'checkout_session_expiry', setback)
  expect(await expired()).toEqual([])
})
