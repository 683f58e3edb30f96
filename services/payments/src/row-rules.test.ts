import { isCheckViolation, sqlState } from '@micro/postgres'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createBench, patientConfig, type Bench } from './payments.fixture.ts'

// As the owner of the tables, whom no grant stops.
let bench: Bench
let intent: string
let authorised: string
let payout: string
beforeAll(async () => {
  bench = await createBench({ config: patientConfig })
  const post = async (path: string, body: object) => (await bench.call(path, { body })).body.id
  const paid = { amount: 2000, currency: 'usd', payment_method: 'pm_card_bypassPending', confirm: true }
  intent = await post('/v1/payment_intents', paid)
  authorised = await post('/v1/payment_intents', { ...paid, capture_method: 'manual' })
  payout = await post('/v1/payouts', { amount: 500, currency: 'usd' })
  await post(`/v1/payment_intents/${authorised}/capture`, { amount_to_capture: 1000 })
}, 180_000)
afterAll(() => bench[Symbol.asyncDispose]())

const sql: Bench['database']['owner']['sql'] = (...args) => bench.database.owner.sql(...args)
const failure = (work: PromiseLike<unknown>): Promise<unknown> =>
  Promise.resolve(work).then(
    () => undefined,
    (error: unknown) => error,
  )
const restricted = '23001'

describe('a charge', () => {
  test('is captured with its movement, and has none before', async () => {
    const insert = (captured: boolean, movement: string | null) => sql`
      insert into payments.charges (id, merchant, mode, payment_intent, amount, currency, payment_method, status,
        capture_method, captured, amount_captured, fee, balance_transaction, capture_before, request_id, answer_status,
        leased_until, created_at, settled_at)
      select 'ch_copy', merchant, mode, payment_intent, amount, currency, payment_method, 'succeeded', 'manual', ${captured},
        case when ${captured} then 1 else 0 end, case when ${captured} then 0 end, ${movement}, now(), 'req_1', 200, now(),
        now(), now() from payments.charges where payment_intent = ${intent}`
    for (const [captured, movement] of [
      [true, null],
      [false, 'txn_early'],
    ] as const)
      expect(isCheckViolation(await failure(insert(captured, movement)), 'movement_when_captured')).toBe(true)
  })

  test('has a processor in live mode, and only there', async () => {
    const insert = (mode: string, processor: string | null) => sql`
      insert into payments.charges (id, merchant, mode, payment_intent, amount, currency, payment_method, processor, status,
        request_id, answer_status, leased_until, created_at)
      select 'ch_mode', merchant, ${mode}, payment_intent, amount, currency, payment_method, ${processor}, 'pending',
        'req_1', 200, now(), now() from payments.charges where payment_intent = ${intent}`
    for (const [mode, processor] of [
      ['live', null],
      ['test', 'proc_1'],
    ] as const)
      expect(isCheckViolation(await failure(insert(mode, processor)), 'processor_when_live')).toBe(true)
  })

  for (const [what, change] of [
    ['amount', () => sql`update payments.charges set amount = amount + 1 where payment_intent = ${intent}`],
    ['currency', () => sql`update payments.charges set currency = 'eur' where payment_intent = ${intent}`],
    ['merchant', () => sql`update payments.charges set merchant = 'acct_b' where payment_intent = ${intent}`],
    ['movement', () => sql`update payments.charges set balance_transaction = 'txn_2' where payment_intent = ${intent}`],
  ] as const)
    test(`keeps its ${what}`, async () => expect(sqlState(await failure(change()))).toBe(restricted))
})

describe('a capture', () => {
  for (const [what, change] of [
    ['amount', () => sql`update payments.captures set amount = 1500 where payment_intent = ${authorised}`],
    ['charge', () => sql`update payments.captures set charge = 'ch_other' where payment_intent = ${authorised}`],
    ['mode', () => sql`update payments.captures set mode = 'live' where payment_intent = ${authorised}`],
    ['end', () => sql`update payments.captures set status = 'failed' where payment_intent = ${authorised}`],
  ] as const)
    test(`keeps its ${what}`, async () => expect(sqlState(await failure(change()))).toBe(restricted))
})

describe('a dispute', () => {
  let dispute: string
  beforeAll(async () => {
    const merchant = 'acct_disputed'
    await bench.call('/v1/payment_intents', {
      body: { amount: 2000, currency: 'usd', payment_method: 'pm_card_createDispute', confirm: true },
      merchant,
    })
    await bench.parts.afterwards.reports.round()
    dispute = (await bench.call('/v1/disputes', { merchant })).body.data[0]?.id ?? ''
  })
  for (const [what, change] of [
    ['amount', () => sql`update payments.disputes set amount = amount + 1 where id = ${dispute}`],
    ['fee', () => sql`update payments.disputes set fee = 0 where id = ${dispute}`],
    ['charge', () => sql`update payments.disputes set charge = 'ch_other' where id = ${dispute}`],
    [
      'being a chargeback',
      () => sql`update payments.disputes set inquiry = true, status = 'warning_needs_response', fee = 0
        where id = ${dispute}`,
    ],
  ] as const)
    test(`keeps its ${what}`, async () => expect(sqlState(await failure(change()))).toBe(restricted))
})

test('what keeps rows as they are does so also in a session that plays the replica', async () => {
  const asleep = await sql`
    select tgname from pg_trigger
    where tgrelid in ('payments.captures'::regclass, 'payments.payouts'::regclass, 'payments.disputes'::regclass)
      and tgname like 'keep_%' and tgenabled <> 'A'`
  expect(asleep).toEqual([])
})

describe('a payout', () => {
  for (const [what, change] of [
    ['amount', () => sql`update payments.payouts set amount = 5000 where id = ${payout}`],
    ['currency', () => sql`update payments.payouts set currency = 'eur' where id = ${payout}`],
    ['merchant', () => sql`update payments.payouts set merchant = 'acct_b' where id = ${payout}`],
    ['movement', () => sql`update payments.payouts set balance_transaction = 'txn_2' where id = ${payout}`],
  ] as const)
    test(`keeps its ${what}`, async () => expect(sqlState(await failure(change()))).toBe(restricted))

  test('that was canceled is not sent after all', async () => {
    const { body } = await bench.call('/v1/payouts', { body: { amount: 100, currency: 'usd' } })
    await bench.call(`/v1/payouts/${body.id}/cancel`, { body: {} })
    const sent = sql`
      update payments.payouts set status = 'in_transit', due_at = now(), failure_balance_transaction = null
      where id = ${body.id}`
    expect(sqlState(await failure(sent))).toBe(restricted)
  })
})

test('the rules are proved of every row there is', async () => {
  const open = await sql`
    select conname from pg_constraint where connamespace = 'payments'::regnamespace and not convalidated`
  expect(open).toEqual([])
})
