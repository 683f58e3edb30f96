import { isCheckViolation, isUniqueViolation, SQLSTATE, sqlState } from '@micro/postgres'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createBench, type Bench } from './payments.fixture.ts'
import { keyRetentionMs, outboxRetentionMs } from './cleanup.ts'

let bench: Bench
beforeAll(async () => {
  bench = await createBench()
})
afterAll(() => bench[Symbol.asyncDispose]())

const pay = async (key?: string): Promise<string> =>
  (
    await bench.call('/payments/payment_intents', {
      body: { amount: 1999, currency: 'usd', confirm: true },
      ...(key === undefined ? {} : { key }),
    })
  ).body.id

const failure = async (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  )

describe('the database holds each invariant a second time', () => {
  const copyCharge = (id: string, intent: string, status: 'succeeded' | 'pending') =>
    bench.database.owner.sql`
      insert into payments.charges (id, merchant, mode, payment_intent, amount, currency, payment_method, status, fee, posting,
        posting_after, request_id, answer_status, leased_until, created_at, settled_at)
      select ${id}, merchant, mode, payment_intent, amount, currency, payment_method, ${status},
        case ${status} when 'succeeded' then 0 end, case ${status} when 'succeeded' then 'due' else 'none' end,
        case ${status} when 'succeeded' then now() end, request_id, 200, now(), now(), case ${status} when 'succeeded' then now() end
      from payments.charges where payment_intent = ${intent} and status = 'succeeded' limit 1`

  test('no second succeeded charge, no second pending one', async () => {
    const id = await pay()
    expect(isUniqueViolation(await failure(copyCharge('ch_second', id, 'succeeded')), 'charges_one_succeeded')).toBe(
      true,
    )
    await copyCharge('ch_pending', id, 'pending')
    expect(isUniqueViolation(await failure(copyCharge('ch_pending_2', id, 'pending')), 'charges_one_pending')).toBe(
      true,
    )
  })

  test('a succeeded intent has received its amount, an open one nothing', async () => {
    const id = await pay()
    const { sql } = bench.database.owner
    const part = sql`update payments.payment_intents set amount_received = 1 where id = ${id}`
    expect(isCheckViolation(await failure(part), 'received_in_full_or_not_at_all')).toBe(true)
    const open = sql`update payments.payment_intents set status = 'requires_confirmation' where id = ${id}`
    expect(isCheckViolation(await failure(open), 'received_in_full_or_not_at_all')).toBe(true)
  })
})

describe('the running service cannot, as its role', () => {
  const attempts: [string, (id: string) => Promise<unknown>][] = [
    [
      'change an amount',
      (id) => bench.database.db.sql`update payments.payment_intents set amount = 1 where id = ${id}`,
    ],
    [
      'move an intent to another merchant',
      (id) => bench.database.db.sql`update payments.payment_intents set merchant = 'x' where id = ${id}`,
    ],
    ['delete an intent', (id) => bench.database.db.sql`delete from payments.payment_intents where id = ${id}`],
    ['delete a charge', (id) => bench.database.db.sql`delete from payments.charges where payment_intent = ${id}`],
    ["change the processor's book", () => bench.database.db.sql`update payments.simulator_charges set amount = 1`],
    ['truncate', () => bench.database.db.sql`truncate payments.charges, payments.payment_intents`],
    ['change an event', () => bench.database.db.sql`update payments.outbox set object = '{}'`],
  ]
  for (const [what, attempt] of attempts) {
    test(what, async () => {
      const id = await pay()
      expect(sqlState(await failure(attempt(id)))).toBe(SQLSTATE.insufficientPrivilege)
    })
  }
})

test('cleanup forgets old keys and acknowledged events, and nothing younger or unacknowledged', async () => {
  const { sql } = bench.database.db
  const events = async () => (await sql`select id from payments.outbox`).length
  await pay('old')
  await sql`update payments.outbox set acked_at = ${bench.clock.now()}`
  bench.clock.advance(outboxRetentionMs + 1)
  const id = await pay('young')
  expect(await bench.parts.cleanup.round()).toBe(true)
  expect(await bench.parts.cleanup.round()).toBe(false)
  expect(await events()).toBe((await bench.events(id)).length)
  const keys = async () => (await sql`select key from payments.idempotency_keys order by key`).map(({ key }) => key)
  expect(await keys()).toEqual(['old', 'young'])
  bench.clock.advance(keyRetentionMs - outboxRetentionMs)
  await bench.parts.cleanup.round()
  expect(await keys()).toEqual(['young'])
})
