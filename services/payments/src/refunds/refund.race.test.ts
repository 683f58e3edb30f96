import { isCheckViolation, sqlState, SQLSTATE } from '@micro/postgres'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createBench, type Bench } from '../payments.fixture.ts'
import { patientConfig, refunding } from './refunds.fixture.ts'

let bench: Bench
let on: ReturnType<typeof refunding>
beforeAll(async () => {
  bench = await createBench({ config: patientConfig })
  on = refunding(bench)
}, 180_000)
afterAll(() => bench[Symbol.asyncDispose]())

const refundsOf = (charge: string) =>
  bench.database.db.sql<{ id: string; amount: bigint; status: string; processor_id: string | null }>`
    select id, amount, status, processor_id from payments.refunds where charge = ${charge}`
const sumOf = (rows: readonly { amount: bigint }[]): bigint => rows.reduce((sum, { amount }) => sum + amount, 0n)

test('200 refunds at once, asked of three processes, never pass what was captured', { timeout: 180_000 }, async () => {
  const { charge, intent } = await on.pay('pm_card_visa', { amount: 10_000 })
  const processes = [1, 2, 3].map(() => {
    const { call, parts } = bench.another()
    return { parts, ...refunding({ ...bench, call }) }
  })
  const answers = await Promise.all(
    Array.from({ length: 200 }, (_, at) =>
      processes[at % 3]!.refund(at % 2 === 0 ? { charge, amount: 130 } : { payment_intent: intent, amount: 170 }),
    ),
  )
  // On a machine that is very busy some wait too long for a connection: 503, and what they began is completed.
  const outcomes = answers.map(({ status, body }) =>
    status === 200 ? '200' : `${status} ${String(body.error['code'])}`,
  )
  for (const outcome of outcomes) expect(['200', '400 undefined', '503 upstream_unavailable']).toContain(outcome)
  bench.clock.advance(bench.config.chargeLeaseMs + 1_000)
  while (await processes[0]!.parts.afterwards.refunds.round()) continue
  const refunds = await refundsOf(charge)
  expect(new Set(refunds.map(({ status }) => status))).toEqual(new Set(['succeeded']))
  expect(sumOf(refunds)).toBe((await on.chargeOf(charge))['amount_refunded'])
  // As much as fits, and no more.
  expect(sumOf(refunds)).toBeLessThanOrEqual(10_000n)
  if (!outcomes.includes('503 upstream_unavailable')) {
    expect(refunds).toHaveLength(outcomes.filter((outcome) => outcome === '200').length)
    expect(sumOf(refunds)).toBeGreaterThan(10_000n - 130n)
  }
  expect(await on.netOf(...refunds.map(({ id }) => id))).toBe(-sumOf(refunds))
  const book = await bench.database.db.sql<{ amount: bigint }>`
    select amount from payments.simulator_refunds where charge = ${charge}`
  expect(sumOf(book)).toBe(sumOf(refunds))
})

test('100 refunds of everything at once are one, and the others are told so', { timeout: 180_000 }, async () => {
  const { charge } = await on.pay()
  const patient = refunding({ ...bench, call: bench.another().call })
  const answers = await Promise.all(Array.from({ length: 100 }, () => patient.refund({ charge })))
  expect(answers.filter(({ status }) => status === 200).length).toBeLessThanOrEqual(1)
  for (const { body } of answers)
    expect([undefined, 'charge_already_refunded', 'upstream_unavailable']).toContain(body.error?.['code'])
  expect(await refundsOf(charge)).toHaveLength(1)
})

describe('whatever the code does, the database', () => {
  const failure = async (work: Promise<unknown>): Promise<unknown> =>
    work.then(
      () => undefined,
      (error: unknown) => error,
    )
  const insert = (charge: string, amount: bigint, at: number) => bench.database.db.sql`
    insert into payments.refunds (id, merchant, mode, charge, payment_intent, payment_method, amount, currency, status,
      request_id, answer_status, leased_until, created_at)
    select ${`re_by_hand_${charge}_${at}`}, merchant, mode, id, payment_intent, payment_method, ${amount}, currency,
      'pending', 'req_1', 200, now(), now()
    from payments.charges where id = ${charge}`

  test('takes no refund beyond what was captured, however many come at once and without any lock of ours', async () => {
    const { charge } = await on.pay('pm_card_visa', { amount: 1000 })
    const failures = await Promise.all(Array.from({ length: 50 }, (_, at) => failure(insert(charge, 90n, at))))
    expect(failures.filter((each) => each === undefined)).toHaveLength(11)
    for (const each of failures)
      if (each !== undefined) expect(isCheckViolation(each, 'refunded_within_captured')).toBe(true)
    expect((await on.chargeOf(charge))['amount_refunded']).toBe(990n)
  })

  test('refunds nothing of what was declined', async () => {
    const { body } = await bench.call('/v1/payment_intents', {
      body: { amount: 500, currency: 'usd', payment_method: 'pm_card_chargeDeclined', confirm: true },
    })
    expect(
      isCheckViolation(await failure(insert(String(body.error['charge']), 1n, 0)), 'refunded_within_captured'),
    ).toBe(true)
  })

  test('lets what has ended change no more, and no amount ever', async () => {
    const { charge } = await on.pay('pm_card_refundFail')
    const { id } = (await on.refund({ charge })).body
    const { owner, db } = bench.database
    const change = async (sql: Promise<unknown>) => sqlState(await failure(sql))
    expect(await change(db.sql`update payments.refunds set amount = 1 where id = ${id}`)).toBe(
      SQLSTATE.insufficientPrivilege,
    )
    expect(await change(db.sql`update payments.charges set amount_refunded = 0 where id = ${charge}`)).toBe(
      SQLSTATE.insufficientPrivilege,
    )
    expect(await change(db.sql`delete from payments.refunds where id = ${id}`)).toBe(SQLSTATE.insufficientPrivilege)
    const restrict = '23001'
    expect(await change(owner.sql`update payments.refunds set amount = 1 where id = ${id}`)).toBe(restrict)
    expect(
      await change(owner.sql`
        update payments.refunds set status = 'pending', settled_at = null where id = ${id}`),
    ).toBe(restrict)
    expect(
      await change(owner.sql`
        update payments.refunds set status = 'canceled', failure_reason = 'x', failure_balance_transaction = 'txn_x'
        where id = ${id}`),
    ).toBe(restrict)
  })
})
