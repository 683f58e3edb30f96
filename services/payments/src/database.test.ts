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
      insert into payments.charges (id, merchant, mode, payment_intent, amount, currency, payment_method, status, fee,
        balance_transaction, posting, posting_after, request_id, answer_status, leased_until, created_at, settled_at)
      select ${id}, merchant, mode, payment_intent, amount, currency, payment_method, ${status},
        case ${status} when 'succeeded' then 0 end, case ${status} when 'succeeded' then 'txn_second' end,
        case ${status} when 'succeeded' then 'due' else 'none' end,
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

  const copyMovement = (
    intent: string,
    { id = 'txn_2', kind = 'charge', amount = 100, fee = 0, net = 100, source = 'ch_2' },
  ) =>
    bench.database.owner.sql`
      insert into payments.movements (id, merchant, mode, kind, source, amount, fee, net, currency, available_on, request_id,
        created_at, recorded_at, posting_after)
      select ${id}, merchant, mode, ${kind}, coalesce(${source}, source), ${amount}, ${fee}, ${net}, currency, now(), 'req_1',
        now(), now(), now()
      from payments.movements where metadata ->> 'payment_intent' = ${intent}`

  test('nothing moves twice, and what a movement does to the balance fits its kind', async () => {
    const intent = await pay()
    const source = (await bench.movementOf(intent))?.['source'] as string
    expect(isUniqueViolation(await failure(copyMovement(intent, { source })), 'movements_once')).toBe(true)
    for (const [movement, constraint] of [
      [{ kind: 'charge', amount: -100, net: -100 }, 'amount_has_the_sign_of_its_kind'],
      [{ kind: 'refund', amount: 100, net: 100 }, 'amount_has_the_sign_of_its_kind'],
      [{ kind: 'gift', amount: 100, net: 100 }, 'amount_has_the_sign_of_its_kind'],
      [{ kind: 'charge', fee: 1, net: 100 }, 'net_is_amount_less_fee'],
      [{ kind: 'payout_paid', net: 100 }, 'net_is_amount_less_fee'],
      [{ kind: 'charge', fee: 101, net: -1 }, 'only_disputes_cost_more_than_they_bring'],
    ] as const)
      expect([constraint, isCheckViolation(await failure(copyMovement(intent, movement)), constraint)]).toEqual([
        constraint,
        true,
      ])
  })

  const endings = [
    ['dp_1', 'dispute_reversal', 'dispute_lost', 'movements_end_once'],
    ['po_1', 'payout_paid', 'payout_failure', 'movements_end_once'],
    ['po_2', 'payout_failure', 'payout_cancel', 'movements_end_once'],
    ['po_3', 'payout_cancel', 'payout_paid', 'movements_arrive_or_cancel'],
  ] as const
  for (const [source, first, second, rule] of endings)
    test(`what ended by ${first} does not end by ${second} too, and elsewhere may`, async () => {
      const intent = await pay()
      const netOf = (kind: string) => (['payout_paid', 'dispute_lost'].includes(kind) ? 0 : 100)
      await copyMovement(intent, { id: `txn_${source}`, kind: first, net: netOf(first), source })
      const again = { id: `txn_${source}_2`, kind: second, net: netOf(second) }
      const failed = await failure(copyMovement(intent, { ...again, source }))
      expect(isUniqueViolation(failed, rule)).toBe(true)
      await copyMovement(intent, { ...again, source: `${source}_other` })
    })

  test('a payout that arrived comes back once it is on its way again, and no sooner', async () => {
    const intent = await pay()
    await copyMovement(intent, { id: 'txn_arrived', kind: 'payout_paid', net: 0, source: 'po_back' })
    await copyMovement(intent, { id: 'txn_return', kind: 'payout_return', net: 0, source: 'po_back' })
    await copyMovement(intent, { id: 'txn_back', kind: 'payout_failure', net: 100, source: 'po_back' })
  })

  test('a refund and a checkout session name only what is there, of their own merchant and mode', async () => {
    const { sql } = bench.database.owner
    const id = await pay()
    const { body: customer } = await bench.call('/v1/customers', { merchant: 'acct_other', body: {} })
    const { body: session } = await bench.call('/v1/checkout/sessions', {
      body: {
        mode: 'payment',
        success_url: 'https://shop.example',
        line_items: [{ price_data: { currency: 'usd', unit_amount: 1500, product_data: { name: 'Hat' } } }],
      },
    })
    const { body: theirs } = await bench.call('/v1/payment_intents', {
      merchant: 'acct_other',
      body: { amount: 100, currency: 'usd' },
    })
    const { body: refund } = await bench.call('/v1/refunds', { body: { payment_intent: id, amount: 1 } })
    for (const [work, constraint] of [
      [
        () => sql`update payments.refunds set payment_intent = ${theirs.id} where id = ${refund.id}`,
        'refunds_payment_intent',
      ],
      [
        () => sql`update payments.checkout_sessions set customer = ${customer.id} where id = ${session.id}`,
        'checkout_sessions_customer',
      ],
      [
        () => sql`update payments.checkout_sessions set payment_intent = ${theirs.id} where id = ${session.id}`,
        'checkout_sessions_payment_intent',
      ],
      [
        () => sql`update payments.checkout_sessions set setup_intent = 'seti_none' where id = ${session.id}`,
        'checkout_sessions_setup_intent',
      ],
    ] as const)
      expect(await failure(work())).toMatchObject({ code: '23503', constraint: `${constraint}_fkey` })
  })

  test('a succeeded intent has received its amount, an open one nothing', async () => {
    const id = await pay()
    const { sql } = bench.database.owner
    for (const change of [
      () => sql`update payments.payment_intents set amount_received = 1 where id = ${id}`,
      () => sql`update payments.payment_intents set status = 'requires_confirmation' where id = ${id}`,
      () => sql`update payments.payment_intents set amount = 5 where id = ${id}`,
    ])
      expect(sqlState(await failure(change()))).toBe('23001')
    const { body } = await bench.call('/v1/payment_intents', { body: { amount: 1999, currency: 'usd' } })
    const early = sql`update payments.payment_intents set amount_received = 1 where id = ${body.id}`
    expect(isCheckViolation(await failure(early), 'received_when_succeeded')).toBe(true)
  })
})

describe('a charge in the database', () => {
  const attempts: [string, (id: string) => Promise<unknown>, string | undefined][] = [
    [
      'is not captured beyond its amount',
      (id) => bench.database.owner.sql`
        insert into payments.charges (id, merchant, mode, payment_intent, amount, currency, payment_method, status,
          capture_method, captured, amount_captured, fee, capture_before, request_id, answer_status, leased_until, created_at, settled_at)
        select 'ch_beyond', merchant, mode, id, 100, currency, 'pm_card_visa', 'succeeded', 'manual', true, 101, 0, now(),
          'req_1', 200, now(), now(), now() from payments.payment_intents where id = ${id}`,
      'captured_within_amount',
    ],
    [
      'is not refunded beyond what was captured',
      (id) => bench.database.owner.sql`update payments.charges set amount_refunded = 2000 where payment_intent = ${id}`,
      'refunded_within_captured',
    ],
    [
      'is not both captured and released',
      (id) => bench.database.owner.sql`update payments.charges set released_at = now() where payment_intent = ${id}`,
      'released_only_when_authorised',
    ],
  ]
  for (const [what, attempt, constraint] of attempts) {
    test(what, async () => {
      const id =
        constraint === 'captured_within_amount'
          ? (await bench.call('/v1/payment_intents', { body: { amount: 100, currency: 'usd' } })).body.id
          : await pay()
      expect(isCheckViolation(await failure(attempt(id)), constraint ?? '')).toBe(true)
    })
  }

  test('that was captured stays so, in its amount', async () => {
    const id = await pay()
    const { sql } = bench.database.owner
    for (const change of [
      () => sql`update payments.charges set amount_captured = 1000 where payment_intent = ${id}`,
      () => sql`update payments.charges set status = 'failed', failure_code = 'x' where payment_intent = ${id}`,
    ])
      expect(sqlState(await failure(change()))).toBe('23001')
  })

  test('that a process of an older version settles is captured with it', async () => {
    const { id } = (await bench.call('/v1/payment_intents', { body: { amount: 1999, currency: 'usd' } })).body
    const { sql } = bench.database.db
    await sql`
      insert into payments.charges (id, merchant, mode, payment_intent, amount, currency, payment_method, status,
        request_id, answer_status, leased_until, created_at)
      values ('ch_older', 'acct_a', 'test', ${id}, 1999, 'usd', 'pm_card_visa', 'pending', 'req_1', 200, now(), now())`
    await sql`
      update payments.charges set status = 'succeeded', fee = 88, posting = 'due', posting_after = 'infinity',
        settled_at = now() where id = 'ch_older'`
    expect(await bench.chargesOf(id)).toMatchObject([{ captured: true, amount_captured: 1999n }])
    expect((await bench.call('/v1/charges/ch_older')).body).toMatchObject({ amount_captured: 1999, captured: true })
  })
})

describe('the running service cannot, as its role', () => {
  const attempts: [string, (id: string) => Promise<unknown>][] = [
    [
      'change the amount of a charge',
      (id) => bench.database.db.sql`update payments.charges set amount = 1 where payment_intent = ${id}`,
    ],
    [
      'move an intent to another merchant',
      (id) => bench.database.db.sql`update payments.payment_intents set merchant = 'x' where id = ${id}`,
    ],
    ['delete an intent', (id) => bench.database.db.sql`delete from payments.payment_intents where id = ${id}`],
    ['delete a charge', (id) => bench.database.db.sql`delete from payments.charges where payment_intent = ${id}`],
    ['delete a movement', () => bench.database.db.sql`delete from payments.movements`],
    ['change what a movement moves', () => bench.database.db.sql`update payments.movements set amount = 1, net = 1`],
    ['make up what is pending', () => bench.database.db.sql`update payments.pending_sums set net = 0`],
    ['forget what was drawn', () => bench.database.db.sql`delete from payments.balance_draws`],
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
