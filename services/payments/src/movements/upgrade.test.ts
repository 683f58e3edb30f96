/** What a process of the version before movements leaves: charges that carry their own posting. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createBench, type Bench } from '../payments.fixture.ts'

let bench: Bench
beforeAll(async () => {
  bench = await createBench()
})
afterAll(() => bench[Symbol.asyncDispose]())

const confirmed = async (): Promise<string> => {
  const { body } = await bench.call('/v1/payment_intents', { body: { amount: 1999, currency: 'usd' } })
  // The answer is lost and cannot be looked up: the charge stays pending, for whoever comes first.
  bench.processor.charges.push('throws_after')
  bench.processor.finds.push('throws_before')
  const path = `/v1/payment_intents/${body.id}/confirm`
  expect((await bench.call(path, { body: { payment_method: 'pm_card_visa' } })).body.status).toBe('processing')
  return body.id
}

/** As that version writes a success down. */
const settleAsBefore = (intent: string) => bench.database.db.sql`
  update payments.charges set status = 'succeeded', fee = 88, posting = 'due', posting_after = ${bench.clock.now()},
    settled_at = ${bench.clock.now()}
  where payment_intent = ${intent}`

test('a charge that it settles beside the new one gets its movement, posted as that version posts it', async () => {
  const intent = await confirmed()
  await settleAsBefore(intent)
  const [charge] = await bench.chargesOf(intent)
  const id = String(charge?.['id'])
  const movement = await bench.movementOf(intent)
  expect(movement).toMatchObject({
    id: id.replace('ch_', 'txn_'),
    kind: 'charge',
    source: id,
    amount: 1999n,
    fee: 88n,
    net: 1911n,
    posting: 'due',
    available_on: new Date((Math.floor(bench.clock.now().getTime() / 86_400_000) + 2) * 86_400_000),
  })
  expect(charge?.['balance_transaction']).toBe(movement?.['id'])
  await bench.parts.movements.round()
  // Exactly what that version posts, so that the ledger knows either as a repeat of the other.
  expect(bench.ledger.booked.get(`micro:charge:${id}`)).toEqual({
    merchant: 'acct_a',
    mode: 'test',
    reference_id: `micro:charge:${id}`,
    description: `Payment ${intent}`,
    currency: 'usd',
    accounts: [
      { id: 'sys_processor_receivable_usd', name: 'Processor receivable', type: 'asset' },
      { id: 'sys_merchant_balance_usd', name: 'Merchant balance', type: 'liability' },
      { id: 'sys_fee_revenue_usd', name: 'Fee revenue', type: 'revenue' },
    ],
    entries: [
      { account_id: 'sys_processor_receivable_usd', amount: '1999', direction: 'debit' },
      { account_id: 'sys_merchant_balance_usd', amount: '1911', direction: 'credit' },
      { account_id: 'sys_fee_revenue_usd', amount: '88', direction: 'credit' },
    ],
    metadata: { charge: id, payment_intent: intent },
  })
  expect(await bench.movementOf(intent)).toMatchObject({ posting: 'done' })
})
