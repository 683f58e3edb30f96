import type { MerchantPrincipal, OutboxEvent } from '@micro/contracts'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { expectSound, merchant, move, payments, startLedger, type Ledger } from '../testing/ledger.ts'

const events = { kind: 'service', service: 'events' } as const
type Page = { events: OutboxEvent[]; has_more?: boolean }

let ledger: Ledger
let who: MerchantPrincipal
let books = 0
beforeAll(async () => void (ledger = await startLedger()))
afterAll(() => ledger.close())
beforeEach(async () => {
  who = merchant(`acct_told${++books}`)
  for (const id of ['a', 'b']) await ledger.account(who, id)
  await takeAll()
})
afterEach(() => expectSound(ledger))

const pull = async (limit = 500) => (await ledger.service.execute('pullOutbox', events, { query: { limit } })) as Page
const acknowledge = async (rows: readonly OutboxEvent[]) =>
  (await ledger.service.execute('acknowledgeOutbox', events, {
    body: { positions: rows.map(({ position }) => position) },
  })) as { acknowledged: number }

/** Everything, as a reader takes it. */
const takeAll = async (limit = 500): Promise<OutboxEvent[]> => {
  const all: OutboxEvent[] = []
  for (;;) {
    const page = await pull(limit)
    all.push(...page.events)
    if (page.events.length > 0) await acknowledge(page.events)
    else if (page.has_more !== true) return all
  }
}
const typesOf = (rows: readonly OutboxEvent[]): string[] => rows.map(({ type }) => type)
const record = async (reference: string, rest: object = {}) => {
  const { status, body } = await ledger.record(who, reference, move(5, { from: 'a', to: 'b' }), rest)
  expect(status).toBe(201)
  return body
}
const system = (reference: string) =>
  ledger.call(payments, {
    method: 'POST',
    url: '/internal/transactions',
    body: {
      merchant: who.merchant,
      mode: who.mode,
      reference_id: reference,
      currency: 'usd',
      accounts: ['sys_x', 'sys_y'].map((id) => ({ id, name: id, type: 'asset' })),
      entries: move(1, { from: 'sys_x', to: 'sys_y' }),
    },
  })
const waiting = async () =>
  (
    await ledger.database.owner.sql<{
      id: bigint
    }>`select id from ledger.stretches union all select id from ledger.outbox`
  ).length

describe('what happened is told once, as the API shows it', () => {
  test('a transaction: what it was recorded as, with no request and an id made of its own', async () => {
    const body = await record('told-1', { description: 'Rent', metadata: { room: '4' } })
    const [event, ...others] = await takeAll()
    expect(others).toEqual([])
    expect(event).toMatchObject({ type: 'ledger.transaction.posted', merchant: who.merchant, mode: 'test' })
    expect(event).toMatchObject({ created: body['created'], request_id: null, idempotency_key: null })
    expect(event?.object).toEqual(body)
    expect(event?.event_id).toBe(`${String(body['id']).replace('ltx_', 'evt_')}0`)
    expect(await takeAll()).toEqual([])
  })

  test('a refused, repeated or tried transaction is not told', async () => {
    await record('once')
    await ledger.record(who, 'once', move(5, { from: 'a', to: 'b' }))
    await ledger.record(who, 'once', move(6, { from: 'a', to: 'b' }))
    await ledger.record(who, 'nobody', move(6, { from: 'a', to: 'nobody' }))
    await ledger.record(who, 'tried', move(6, { from: 'a', to: 'b' }), { dry_run: true })
    expect(typesOf(await takeAll())).toEqual(['ledger.transaction.posted'])
  })

  test('a reversal: the new transaction, and the one it reverses, each as it was then', async () => {
    const original = await record('wrong')
    const { body } = await ledger.post(who, `/ledger/transactions/${String(original['id'])}/reverse`, {})
    const told = await takeAll()
    expect(typesOf(told)).toEqual([
      'ledger.transaction.posted',
      'ledger.transaction.posted',
      'ledger.transaction.reversed',
    ])
    expect(told.map(({ object }) => object)).toEqual([
      { ...original, reversed_by: null },
      body,
      { ...original, reversed_by: body['id'] },
    ])
  })

  test('a hold: made, captured in part, captured, each as that left it, though all is told later', async () => {
    const { body: held } = await ledger.post(who, '/ledger/holds', {
      reference_id: 'hold',
      entries: move(100, { from: 'a', to: 'b' }),
    })
    const path = `/ledger/holds/${String(held['id'])}`
    const step = async (body: object) => {
      expect((await ledger.post(who, `${path}/capture`, body)).status).toBe(201)
      return (await ledger.get(who, path)).body
    }
    const part = await step({ amount: 30, final: false, reference_id: 'first' })
    const rest = await step({ reference_id: 'second' })
    expect([part['status'], rest['status']]).toEqual(['open', 'captured'])
    const told = await takeAll()
    expect(typesOf(told)).toEqual([
      'ledger.hold.created',
      'ledger.transaction.posted',
      'ledger.hold.captured',
      'ledger.transaction.posted',
      'ledger.hold.captured',
    ])
    const shown = told.filter(({ type }) => type.startsWith('ledger.hold.')).map(({ object }) => object)
    expect(shown).toEqual([held, part, rest])
    expect(told[1]?.object).toMatchObject({ kind: 'capture', hold: held['id'] })
  })

  test('a hold that is given back, by its merchant or because it was due', async () => {
    const make = async (reference: string, rest: object = {}) =>
      (
        await ledger.post(who, '/ledger/holds', {
          reference_id: reference,
          entries: move(9, { from: 'a', to: 'b' }),
          ...rest,
        })
      ).body
    const mine = await make('mine')
    await ledger.post(who, `/ledger/holds/${String(mine['id'])}/release`, {})
    const { body: released } = await ledger.get(who, `/ledger/holds/${String(mine['id'])}`)
    const due = await make('due', { expires_in: 60 })
    ledger.clock.advance(61_000)
    const told: OutboxEvent[] = []
    while (!typesOf(told).includes('ledger.hold.expired')) told.push(...(await takeAll()))
    expect(typesOf(told)).toEqual([
      'ledger.hold.created',
      'ledger.hold.released',
      'ledger.hold.created',
      'ledger.hold.expired',
    ])
    expect(told[1]?.object).toEqual(released)
    expect(told[3]?.object).toMatchObject({ id: due['id'], status: 'expired' })
  })

  test('an account: made, changed with what it was before, frozen, thawed and closed; nothing when nothing changed', async () => {
    const { body: made } = await ledger.post(who, '/ledger/accounts', { id: 'c', name: 'C', type: 'asset' })
    await ledger.post(who, '/ledger/accounts', { id: 'c', name: 'C', type: 'asset' })
    for (const change of [
      { name: 'D' },
      { name: 'D' },
      { status: 'frozen' },
      { status: 'active' },
      { status: 'closed' },
    ])
      expect((await ledger.post(who, '/ledger/accounts/c', change)).status).toBe(200)
    const told = await takeAll()
    expect(typesOf(told).map((type) => type.split('.')[2])).toEqual([
      'created',
      'updated',
      'frozen',
      'updated',
      'closed',
    ])
    expect(told[0]).toMatchObject({ object: made, request_id: expect.stringMatching(/^req_/) as string })
    expect(told[1]?.object).toEqual({ object: { ...made, name: 'D' }, previous_attributes: { name: 'C' } })
    expect(told[4]?.object).toMatchObject({ previous_attributes: { status: 'active' } })
  })

  test('a closed period, with its totals', async () => {
    const { status, body } = await ledger.post(who, '/ledger/periods', { closes_through: '1990-12-31' })
    expect(status).toBe(201)
    await ledger.post(who, '/ledger/periods', { closes_through: '1990-12-31' })
    expect((await takeAll()).map(({ type, object }) => [type, object])).toEqual([['ledger.period.closed', body]])
  })

  test("Micro's own transactions and accounts are not told, beside a merchant's that are", async () => {
    const before = await waiting()
    expect((await system('micro:charge:1')).status).toBe(201)
    expect(await waiting()).toBe(before)
    await Promise.all([system('micro:charge:2'), record('mine'), system('micro:charge:3')])
    expect(typesOf(await takeAll())).toEqual(['ledger.transaction.posted'])
    expect(await waiting()).toBe(0)
  })
})

describe('fetching', () => {
  test('a bulk of many in one flight is one row, fetched in pages, each transaction once and in order', async () => {
    const transactions = Array.from({ length: 2_000 }, (_, at) => ({
      reference_id: `bulk-${at}`,
      entries: move(1, { from: 'a', to: 'b' }),
    }))
    const { status } = await ledger.post(who, '/ledger/transactions/bulk', { atomic: true, transactions })
    expect(status).toBe(200)
    expect(await waiting()).toBe(1)
    const first = await pull(300)
    expect([first.events.length, first.has_more]).toEqual([300, true])
    const told = await takeAll(300)
    expect(told.map(({ object }) => object['seq'])).toEqual(transactions.map((_, at) => at + 1))
    expect(new Set(told.map(({ event_id }) => event_id)).size).toBe(2_000)
  })

  test('what was not acknowledged comes again with the same ids, and acknowledging twice does no harm', async () => {
    for (const reference of ['1', '2', '3']) await record(reference)
    const [first, again] = [await pull(), await pull()]
    expect(again).toEqual(first)
    await acknowledge(first.events.slice(0, 2))
    expect((await pull()).events).toEqual(first.events.slice(2))
    expect(await acknowledge(first.events)).toEqual({ acknowledged: 1 })
    expect(await acknowledge(first.events)).toEqual({ acknowledged: 0 })
    expect(await waiting()).toBe(0)
  })

  test('a limit of one still fetches a transaction with both of its events', async () => {
    const { id } = await record('1')
    await ledger.post(who, `/ledger/transactions/${String(id)}/reverse`, {})
    expect(typesOf(await takeAll(1))).toHaveLength(3)
  })

  test('large transactions are fetched a few at a time', async () => {
    const entries = Array.from({ length: 1_000 }, (_, at) => ({
      account_id: at % 2 === 0 ? 'a' : 'b',
      amount: at % 2 === 0 ? 1 : -1,
    }))
    for (let at = 0; at < 7; at++) expect((await ledger.record(who, `large-${at}`, entries)).status).toBe(201)
    const page = await pull()
    expect([page.events.length, page.has_more]).toEqual([5, true])
    expect(await takeAll()).toHaveLength(7)
  })

  test('one that cannot be told is handed out to be put aside, and holds up no other', async () => {
    await record('1')
    const { sql } = ledger.database.owner
    // As whoever is at the database might leave it.
    await sql`insert into ledger.stretches (lane, book, first_seq, last_seq) values (1, 999999, 1, 3)`
    await sql`
      insert into ledger.outbox (event_id, merchant, mode, type, created_at, object)
      values ('evt_odd', 'acct_x', 'test', 'ledger.account.created', now(), '[]')`
    await record('2')
    expect(typesOf(await takeAll())).toEqual([
      'ledger.transaction.posted',
      'ledger.account.created',
      'ledger.transaction.posted',
    ])
    expect(await waiting()).toBe(0)
  })
})

test('nothing is told of what did not commit: the row that tells goes with it', async () => {
  await ledger.database.owner.sql`
    create function ledger.fail_once() returns trigger language plpgsql as $$
    begin raise exception 'no' using errcode = 'data_exception'; end $$`
  await ledger.database.owner.sql`
    create trigger fail_once after insert on ledger.entries for each statement execute function ledger.fail_once()`
  const { status } = await ledger.record(who, 'never', move(5, { from: 'a', to: 'b' }))
  await ledger.database.owner.sql`drop trigger fail_once on ledger.entries`
  await ledger.database.owner.sql`drop function ledger.fail_once`
  expect(status).toBe(500)
  expect(await waiting()).toBe(0)
  await record('never')
  expect(typesOf(await takeAll())).toEqual(['ledger.transaction.posted'])
})
