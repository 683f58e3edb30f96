import { afterAll, beforeAll, expect, test } from 'vitest'
import { createBench, patientConfig, type Bench, type CallOptions } from '../payments.fixture.ts'

let bench: Bench
beforeAll(async () => {
  bench = await createBench({ config: patientConfig })
})
afterAll(() => bench[Symbol.asyncDispose]())

const pay = async (merchant: string): Promise<string> => {
  const body = { amount: 5_000, currency: 'usd', payment_method: 'pm_card_visa', confirm: true }
  return String((await bench.call('/v1/payment_intents', { merchant, body })).body.latest_charge)
}
const plant = (body: object, options: CallOptions) =>
  bench.call('/v1/test_helpers/settlement_faults', { ...options, body })

const differencesOf = async (merchant: string) => {
  const { id } = (await bench.call('/payments/reconciliations', { merchant, body: {} })).body
  while (await bench.parts.reconciliation.round()) continue
  const { data } = (await bench.call(`/payments/reconciliations/${id}/differences`, { merchant })).body
  return data.map((each) => each as unknown as { kind: string; amount_there_str: string | null })
}

for (const [body, want, there] of [
  [{ kind: 'missing' }, 'late', null],
  [{ kind: 'late' }, 'late', null],
  [{ kind: 'duplicate' }, 'duplicate_at_processor', '5000'],
  [{ kind: 'wrong_amount' }, 'amount_differs', '5001'],
  [{ kind: 'wrong_amount', amount: 7 }, 'amount_differs', '7'],
  [{ kind: 'wrong_currency', currency: 'EUR' }, 'currency_differs', '5000'],
  [{ kind: 'unknown' }, 'missing_here', '-1'],
] as const)
  test(`a fault asked for as ${JSON.stringify(body)} is found as ${want}`, async () => {
    const merchant = `acct_${JSON.stringify(body).length}_${body.kind}`
    const subject = await pay(merchant)
    const planted = await plant({ subject, ...body }, { merchant })
    expect([planted.status, planted.body]).toMatchObject([200, { subject, kind: body.kind }])
    expect(await differencesOf(merchant)).toMatchObject([{ kind: want, amount_there_str: there }])
  })

test('asked for twice under one key, a fault is planted once, and a reconciliation begun once', async () => {
  const merchant = 'acct_retries'
  const subject = await pay(merchant)
  const retried = { merchant, key: 'tried again' }
  const planted = await plant({ subject, kind: 'duplicate' }, retried)
  const again = await plant({ subject, kind: 'duplicate' }, retried)
  expect([again.text, again.headers['idempotent-replayed']]).toEqual([planted.text, 'true'])
  const faults = await bench.database.db.sql`
    select from payments.simulator_settlement_faults where adds ->> 'charge' = ${subject}`
  expect(faults).toHaveLength(1)

  const reconcile = () => bench.call('/payments/reconciliations', { merchant, key: 'and again', body: {} })
  const [begun, replayed] = [await reconcile(), await reconcile()]
  expect([replayed.status, replayed.text]).toEqual([201, begun.text])
  while (await bench.parts.reconciliation.round()) continue
  expect((await reconcile()).text, 'also when it has ended').toBe(begun.text)
  const { data } = (await bench.call('/payments/reconciliations', { merchant })).body
  expect(data.filter((run) => (run as unknown as { automatic: boolean }).automatic === false)).toHaveLength(1)
})

test("another merchant's charge answers like an unknown one, and is settled rightly", async () => {
  const subject = await pay('acct_owner')
  const foreign = await plant({ subject, kind: 'duplicate' }, { merchant: 'acct_stranger' })
  const unknown = await plant({ subject: 'ch_unknown', kind: 'duplicate' }, { merchant: 'acct_stranger' })
  expect([foreign.status, foreign.body.error['code'], foreign.body.error['param']]).toEqual([
    400,
    'resource_missing',
    'subject',
  ])
  expect(foreign.text.replaceAll(subject, 'ID')).toBe(unknown.text.replaceAll('ch_unknown', 'ID'))
  expect(await differencesOf('acct_owner')).toEqual([])
})

test('in live mode there is no simulator to spoil', async () => {
  const answer = await plant({ subject: 'ch_1', kind: 'missing' }, { mode: 'live' })
  expect([answer.status, answer.body.error['code']]).toEqual([400, 'test_mode_only'])
})

test('a kind that is none is refused by name', async () => {
  const { id } = (await bench.call('/payments/reconciliations', { body: {} })).body
  const list = await bench.call(`/payments/reconciliations/${id}/differences?kind=odd`)
  expect([list.status, list.body.error['param']]).toEqual([400, 'kind'])
})
