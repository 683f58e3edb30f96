import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Fault } from '@micro/kernel'
import { start } from '../background/turns.ts'
import { createBench, type Bench } from '../payments.fixture.ts'
import type { LiveProcessors } from '../processors/live.ts'
import { scriptedProcessors } from '../processors/live.fixture.ts'
import type { Told } from '../processors/telling.ts'
import { insertEvent, isInboxFull, takeDueEvents } from './inbox.store.ts'
import { waitingEventsMax } from './webhook.http.ts'

let bench: Bench
beforeAll(async () => {
  bench = await createBench()
})
afterAll(() => bench[Symbol.asyncDispose]())

let methods = 0

/** A merchant with a processor of live mode that answers a charge as told, and an inbox that is told what one says. */
const merchantOf = async (merchant: string, answer: 'succeeded' | 'silent') => {
  const body = { kind: 'stripe', secret_key: `sk_live_of_${merchant}`, currencies: ['usd'] }
  const made = await bench.call('/payments/processors', { merchant, mode: 'live', body })
  const processor = made.body.id
  const scripted = scriptedProcessors(bench, { [processor]: answer }).live
  const says: { told: Told | undefined } = { told: undefined }
  const live: LiveProcessors = {
    ...scripted,
    teller: () =>
      Promise.resolve({ about: () => Promise.resolve(says.told), settled: () => Promise.reject(new Error('no')) }),
  }
  const { call, parts } = bench.another({ processors: { test: bench.processor, live } })
  let events = 0
  return {
    call: (path: string, more: object = {}) => call(path, { merchant, mode: 'live', ...more }),
    async pay(more: object = {}) {
      const paying = { amount: 900, currency: 'usd', payment_method: `pm_theirs${++methods}`, confirm: true, ...more }
      const { body: intent, text } = await call('/v1/payment_intents', { merchant, mode: 'live', body: paying })
      expect(intent.id, text).toBeDefined()
      const [charge] = await bench.chargesOf(intent.id)
      return { intent: intent.id, charge: String(charge?.['id']) }
    },
    /** Has the inbox hear it; resolves with what became of the event. */
    async hear(told: Told): Promise<string | null | undefined> {
      says.told = told
      const id = `evt_${++events}`
      const event = { id, type: 'payment_intent.succeeded', object: 'pi_1', received_at: bench.clock.now() }
      await insertEvent(bench.database.db.sql, { ...event, processor, merchant, mode: 'live' })
      await parts.inbox.round()
      const [row] = await bench.database.db.sql<{ outcome: string | null }>`
        select outcome from payments.processor_events where processor = ${processor} and id = ${id}`
      return row?.outcome
    },
  }
}

const payment = { id: 'pi_1', amount: 900n, currency: 'usd', isManual: false }
const succeeded = (charge: string, more: object = {}): Told => ({
  kind: 'charge',
  charge,
  payment: { ...payment, ...more },
  outcome: { kind: 'succeeded', processorId: 'pi_1' },
  canceled: false,
})
const logged = (event: string, id: string) => bench.logged.filter((line) => line.includes(event) && line.includes(id))

describe('a charge whose result is not known is settled by no payment there that only bears its name', () => {
  for (const [what, more] of [
    ['of another amount', { amount: 1n }],
    ['of another currency', { currency: 'jpy' }],
    ['that is authorised and not taken', { isManual: true }],
  ] as const)
    test(what, async () => {
      const { pay, hear, call } = await merchantOf(`acct_${Object.keys(more).join('').toLowerCase()}`, 'silent')
      const { intent, charge } = await pay()
      expect(await hear(succeeded(charge, more))).toBe('ignored')
      expect((await call(`/v1/payment_intents/${intent}`)).body.status).toBe('processing')
      expect(logged('processor.payment_differs', charge)).toHaveLength(1)
      expect(await hear(succeeded(charge))).toBe('heard')
      expect((await call(`/v1/payment_intents/${intent}`)).body.status).toBe('succeeded')
    })
})

test('an authorisation ends by what becomes of its own payment there, and of no other', async () => {
  const { pay, hear, call } = await merchantOf('acct_lapse', 'succeeded')
  const { intent, charge } = await pay({ capture_method: 'manual' })
  const canceled = (id: string): Told => ({ ...succeeded(charge, { id, isManual: true }), canceled: true }) as Told
  expect(await hear(canceled('pi_decoy'))).toBe('ignored')
  expect((await call(`/v1/payment_intents/${intent}`)).body.status).toBe('requires_capture')
  expect(await hear(canceled(`theirs_${charge}`))).toBe('heard')
  expect((await call(`/v1/payment_intents/${intent}`)).body.status).toBe('canceled')
})

test('no dispute is opened, and nothing settled, for a payment there that only bears the name of a charge', async () => {
  const { pay, hear } = await merchantOf('acct_disputed', 'succeeded')
  const { charge } = await pay()
  const decoy = { ...payment, id: 'pi_decoy' }
  const dispute = { id: 'dp_1', charge, amount: 900n, reason: 'fraudulent', inquiry: false, responseMs: 1 } as const
  const told: Told[] = [
    { kind: 'dispute', payment: decoy, dispute, currency: 'usd', decision: undefined, lines: [] },
    { kind: 'settled', payment: decoy, charge, lines: [] },
  ]
  for (const each of told) expect(await hear(each)).toBe('ignored')
  expect(await bench.database.db.sql`select id from payments.disputes where charge = ${charge}`).toEqual([])
  expect(logged('processor.payment_differs', charge)).toHaveLength(2)
})

describe('a fee that a processor told of', () => {
  const line = (charge: string, id: string, more: object = {}) => ({
    ...{
      id,
      kind: 'charge',
      subject: charge,
      charge,
      processorId: 'ch_theirs',
      amount: 900n,
      currency: 'usd',
      fee: 25n,
    },
    settledAt: bench.clock.now(),
    ...more,
  })
  const settled = (charge: string, lines: readonly object[]) =>
    ({ kind: 'settled', payment: { ...payment, id: `theirs_${charge}` }, charge, lines }) as Told & { kind: 'settled' }
  const due = async (charge: string) =>
    (
      await bench.database.db.sql<{ id: string }>`
        select id from payments.settlement_lines where charge = ${charge} and fee_due order by id`
    ).map(({ id }) => id)
  const fees = (charge: string) => bench.database.db.sql`
    select amount from payments.movements where charge = ${charge} and kind = 'processor_fee'`

  test('in another currency is named once and never looked at again', async () => {
    const { pay, hear } = await merchantOf('acct_fees', 'succeeded')
    const { charge } = await pay()
    const told = settled(charge, [line(charge, 'fees:txn_1', { currency: 'eur' })])
    for (const _ of [1, 2, 3]) expect(await hear(told)).toBe('heard')
    expect(logged('processor_fee.in_another_currency', 'fees:txn_1')).toHaveLength(1)
    expect([await due(charge), await fees(charge)]).toEqual([[], []])
  })

  test('is booked by what tells it, which looks at no line of anything else', async () => {
    const { pay, hear } = await merchantOf('acct_told', 'succeeded')
    const [one, other] = [await pay(), await pay()]
    await hear(settled(one.charge, [line(one.charge, 'told:txn_1')]))
    await bench.database.owner.sql`
      insert into payments.settlement_lines (
        mode, id, merchant, kind, subject, charge, processor_id, amount, currency, fee, settled_at, received_at, fee_due)
      values ('live', 'told:txn_2', 'acct_told', 'charge', ${other.charge}, ${other.charge}, 'ch_2', 900, 'usd', 25, now(),
        now(), true)`
    await hear(settled(one.charge, [line(one.charge, 'told:txn_1')]))
    expect(await fees(one.charge)).toHaveLength(1)
    expect(await due(other.charge)).toEqual(['told:txn_2'])
    await hear(settled(other.charge, [line(other.charge, 'told:txn_2')]))
    expect([await due(other.charge), (await fees(other.charge)).length]).toEqual([[], 1])
  })

  test('and cannot be booked keeps no other from it, and is booked as soon as it can be', async () => {
    const { pay, hear } = await merchantOf('acct_stuck', 'succeeded')
    const [stuck, other] = [await pay(), await pay()]
    const { sql } = bench.database.owner
    await sql`create function payments.refuse_fee() returns trigger language plpgsql as 'begin raise exception $$no$$; end'`
    await sql`create trigger refuse_fee before insert on payments.movements
      for each row when (new.merchant = 'acct_stuck' and abs(new.amount) = 13) execute function payments.refuse_fee()`
    const lines = [
      line(stuck.charge, 'stuck:txn_1', { fee: 13n }),
      line(other.charge, 'stuck:txn_2', { subject: other.charge }),
    ]
    expect(await hear(settled(stuck.charge, lines))).toBeNull()
    expect([(await fees(stuck.charge)).length, (await fees(other.charge)).length]).toEqual([0, 1])
    expect(logged('processor_fee.not_booked', 'stuck:txn_1')).toHaveLength(1)
    await sql`drop trigger refuse_fee on payments.movements`
    expect(await hear(settled(stuck.charge, lines))).toBe('heard')
    expect([(await fees(stuck.charge)).length, (await fees(other.charge)).length]).toEqual([1, 1])
  })
})

describe('what waits to be asked about', () => {
  const fill = (merchant: string, processor: string, count: number) => bench.database.owner.sql`
    insert into payments.processor_events (processor, id, merchant, mode, type, object, received_at, due_at)
    select ${processor}, 'evt_' || n, ${merchant}, 'live', 'refund.updated', 're_1', now(),
      '2020-01-01'::timestamptz + n * interval '1 second'
    from generate_series(1, ${count}::int) as n`
  const turn = { limit: 20, each: 10, behind: start, full: [] as string[] }
  const until = new Date(Date.UTC(2100, 0))
  const now = new Date(Date.UTC(2030, 0))

  test('of one merchant, however much, keeps no other from being heard in the next batch', async () => {
    const configure = async (merchant: string) => {
      const body = { kind: 'stripe', secret_key: `sk_live_of_${merchant}`, currencies: ['usd'] }
      return (await bench.call('/payments/processors', { merchant, mode: 'live', body })).body.id
    }
    const { sql } = bench.database.db
    // What other tests left waiting has its turn too.
    await bench.database.owner.sql`delete from payments.processor_events`
    await fill('acct_many', await configure('acct_many'), 2_000)
    await fill('acct_one', await configure('acct_one'), 1)
    await bench.database.owner
      .sql`update payments.processor_events set due_at = '2021-01-01' where merchant = 'acct_one'`
    await bench.database.owner.sql`analyze payments.processor_events`
    const taken = await takeDueEvents(sql, { ...turn, now, until })
    const counts = ['acct_many', 'acct_one'].map((id) => taken.filter(({ merchant }) => merchant === id).length)
    expect(counts).toEqual([10, 1])
    expect(await takeDueEvents(sql, { ...turn, full: ['acct_many/live'], now, until })).toEqual([])
    await bench.database.owner.sql`delete from payments.processor_events where merchant in ('acct_many', 'acct_one')`
  })

  test('of one processor is bounded: what is more is refused with a 503, so that it is told again', async () => {
    const merchant = 'acct_full'
    const body = { kind: 'stripe', secret_key: 'sk_live_of_full', currencies: ['usd'] }
    const processor = (await bench.call('/payments/processors', { merchant, mode: 'live', body })).body.id
    const place = { merchant, mode: 'live', processor } as const
    await fill(merchant, processor, waitingEventsMax - 1)
    expect(await isInboxFull(bench.database.db.sql, place, waitingEventsMax)).toBe(false)
    await bench.database.owner.sql`
      insert into payments.processor_events (processor, id, merchant, mode, type, object, received_at, due_at)
      values (${processor}, 'evt_last', ${merchant}, 'live', 'refund.updated', 're_1', now(), now())`
    expect(await isInboxFull(bench.database.db.sql, place, waitingEventsMax)).toBe(true)
    expect(new Fault('processor_events_waiting', { retry_after: 60 }).spec.status).toBe(503)
  })
})
