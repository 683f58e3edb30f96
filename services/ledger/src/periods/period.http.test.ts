import type { MerchantPrincipal } from '@micro/contracts'
import { fromUnixSeconds, unixSeconds } from '@micro/kernel'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { errorOf, expectSound, merchant, move, payments, startLedger, tally, type Ledger } from '../testing/ledger.ts'
import { verifyLedger } from '../verify/verify.work.ts'

let ledger: Ledger
beforeAll(async () => void (ledger = await startLedger()))
afterAll(async () => {
  await expectSound(ledger)
  expect((await verifyLedger(ledger.database.db)).findings).toEqual([])
  await ledger.close()
})

// Each test has a merchant and a time of its own.
let start: number
let me: MerchantPrincipal
let merchants = 0
beforeEach(async () => {
  ledger.clock.set(fromUnixSeconds(unixSeconds(ledger.clock.now()) + 1_000))
  start = unixSeconds(ledger.clock.now())
  me = merchant(`acct_${++merchants}`)
  for (const id of ['cash', 'sales']) await ledger.account(me, id)
})

const close = (closes_through: number | string, rest: object = {}, who: MerchantPrincipal = me) =>
  ledger.post(who, '/ledger/periods', { closes_through, ...rest })
const record = (reference: string, effective_at?: number) =>
  ledger.record(
    me,
    reference,
    move(5, { from: 'cash', to: 'sales' }),
    effective_at === undefined ? {} : { effective_at },
  )
const late = (reference: string, effective_at: number, amount = 3) =>
  ledger.post(payments, '/internal/transactions', {
    merchant: me.merchant,
    mode: 'test',
    reference_id: reference,
    currency: 'usd',
    accounts: ['sys_x', 'sys_y'].map((id) => ({ id, name: id, type: 'asset' })),
    entries: move(amount, { from: 'sys_x', to: 'sys_y' }),
    effective_at,
  })
const codeOf = (answer: { status: number; body: Record<string, unknown> }) => [answer.status, errorOf(answer).code]

test('201: a period tells what it closed, with the trial balance of its end', async () => {
  await record('one')
  await record('of later', start + 1_000)
  ledger.clock.advance(100_000)
  const { status, body } = await close(start + 60, { description: 'January' })
  const [newest] = await ledger.database.owner.sql<{ hash: Buffer }>`
    select b.head_hash as hash from ledger.books b where b.merchant = ${me.merchant}`
  const row = { type: 'asset', currency: 'usd', scale: 2 }
  expect([status, body]).toEqual([
    201,
    {
      id: expect.stringMatching(/^lper_/),
      object: 'ledger.period',
      closes_through: start + 60,
      closes_after: null,
      description: 'January',
      seq: 2,
      hash: newest?.hash.toString('hex'),
      totals: [{ ...row, debits: 5, debits_str: '5', credits: 5, credits_str: '5', balance: 0, balance_str: '0' }],
      totals_has_more: false,
      livemode: false,
      created: start + 100,
    },
  ])
  expect((await ledger.get(me, `/ledger/periods/${String(body['id'])}`)).body).toEqual(body)
})

test('a merchant adds nothing to a closed period, and goes on in the open one', async () => {
  await record('one')
  ledger.clock.advance(100_000)
  await close(start + 60)
  const refused = await record('two', start + 60)
  expect([refused.status, errorOf(refused)]).toMatchObject([409, { code: 'period_closed', param: 'effective_at' }])
  expect(codeOf(await record('two', 0))).toEqual([409, 'period_closed'])
  expect(
    codeOf(
      await ledger.record(me, 'dry', move(5, { from: 'cash', to: 'sales' }), { effective_at: start, dry_run: true }),
    ),
  ).toEqual([409, 'period_closed'])
  expect((await record('two', start + 61)).status).toBe(201)
  expect((await record('three')).status).toBe(201)
  // What was recorded before is still answered, as ever.
  expect((await record('one')).status).toBe(200)
})

test('nothing is captured or reversed into a closed period; into the open one it is', async () => {
  const { body: held } = await ledger.post(me, '/ledger/holds', {
    reference_id: 'held',
    entries: move(5, { from: 'cash', to: 'sales' }),
  })
  const { body: recorded } = await record('one')
  ledger.clock.advance(100_000)
  await close(start + 60)
  for (const path of [`holds/${String(held['id'])}/capture`, `transactions/${String(recorded['id'])}/reverse`]) {
    const ask = (effective_at: number) => ledger.post(me, `/ledger/${path}`, { effective_at })
    expect(codeOf(await ask(start + 60))).toEqual([409, 'period_closed'])
    expect((await ask(start + 61)).status).toBe(201)
  }
})

test('a repeat of what is recorded in a period closed since answers 200', async () => {
  expect((await record('dated', start + 1)).status).toBe(201)
  ledger.clock.advance(100_000)
  await close(start + 60)
  expect((await record('dated', start + 1)).status).toBe(200)
})

test("Micro's own late fact keeps its date, counts when it was recorded, and changes no closed balance", async () => {
  expect((await late('micro:on time', start)).status).toBe(201)
  ledger.clock.advance(100_000)
  await close(start + 60)
  const at = async (query: string) => (await ledger.get(me, `/ledger/accounts/sys_y/balance?${query}`)).body['net']
  const before = await at(`effective_at=${start + 60}`)
  const { status, body } = await late('micro:late', start)
  expect([status, body]).toMatchObject([201, { effective_at: start, booked_at: start + 100, created: start + 100 }])
  expect([before, await at(`effective_at=${start + 60}`), await at(`effective_at=${start + 100}`)]).toEqual([3, 3, 6])
  expect((await late('micro:late', start)).status).toBe(200)
  expect((await late('micro:open', start + 61)).body).toMatchObject({ effective_at: start + 61, booked_at: null })
  const { body: told } = await ledger.get(me, `/ledger/accounts/sys_y/statement?effective_at[gt]=${start + 60}`)
  expect((told['data'] as object[]).map((line) => Object.values(line)[3])).toEqual(['micro:open', 'micro:late'])
  expect(told['data']).toMatchObject([{ booked_at: null }, { booked_at: start + 100 }])
})

describe('closing', () => {
  for (const [name, given, want] of [
    ['the second before this one', () => start + 99, 201],
    ['this second', () => start + 100, 400],
    ['a time to come', () => start + 200, 400],
    ['a date', () => '2025-12-31', 201],
    ['today', () => ledger.clock.now().toISOString().slice(0, 10), 400],
    ['a day that no month has', () => '2025-02-30', 400],
    ['a month that no year has', () => '2025-13-01', 400],
    ['a second as text', () => String(start), 201],
    ['the first second there was', () => 0, 201],
    ['a time before all', () => -1, 400],
    ['no time', () => 'yesterday', 400],
    ['far too much', () => 999_999_999_999, 400],
  ] as const)
    test(`${name} → ${want}`, async () => {
      ledger.clock.advance(100_000)
      const answer = await close(given())
      expect([answer.status, answer.body]).toEqual([want, answer.body])
      if (want === 400) expect(errorOf(answer)).toMatchObject({ code: 'parameter_invalid', param: 'closes_through' })
    })

  test('a date is closed to its end', async () => {
    ledger.clock.advance(100_000)
    const { body } = await close('2025-12-31')
    expect(body['closes_through']).toBe(unixSeconds(new Date('2025-12-31T23:59:59Z')))
  })

  test('goes forward only: the same again is 200, less, or other words, is 409', async () => {
    ledger.clock.advance(100_000)
    const first = await close(start + 50)
    const again = await close(start + 50)
    expect([again.status, again.body]).toEqual([200, first.body])
    expect(codeOf(await close(start + 50, { description: 'other' }))).toEqual([409, 'period_closed'])
    const back = await close(start + 49)
    expect([back.status, errorOf(back)]).toMatchObject([409, { code: 'period_closed', param: 'closes_through' }])
    expect((await close(start + 51)).body).toMatchObject({ closes_after: start + 50 })
  })

  test('of a book that does not exist yet opens it', async () => {
    const fresh = merchant('acct_fresh')
    ledger.clock.advance(1_000)
    expect((await close(0, {}, fresh)).body).toMatchObject({ seq: 0, hash: null, totals: [] })
    await ledger.account(fresh, 'a')
  })

  test('at once with itself closes once; at once with a later one leaves the later one', async () => {
    ledger.clock.advance(100_000)
    // However many come, one closes; those beyond the line of the book are to come again.
    const {
      201: made,
      200: repeated = 0,
      503: refused = 0,
    } = tally(await Promise.all(Array.from({ length: 20 }, () => close(start + 5))))
    expect([made, repeated + refused]).toEqual([1, 19])
    // As many as may wait for one book, and the one that is at work.
    expect(tally(await Promise.all(Array.from({ length: 6 }, () => close(start + 10))))).toEqual({ 200: 5, 201: 1 })
    const answers = await Promise.all([20, 30, 40, 50].map((seconds) => close(start + seconds)))
    const closed = answers.flatMap(({ status, body }) => (status === 201 ? [body['closes_through']] : []))
    expect(tally(answers)).toEqual({ 201: closed.length, ...(closed.length < 4 ? { 409: 4 - closed.length } : {}) })
    const { body } = await ledger.get(me, '/ledger/periods?limit=100')
    const told = (body['data'] as { closes_through: number }[]).map(({ closes_through }) => closes_through)
    expect(told.toReversed()).toEqual([start + 5, start + 10, ...closed.toSorted()])
    expect(told[0]).toBe(start + 50)
  })

  test('while others post into it: each transaction is in the totals or refused, none slips in between', async () => {
    ledger.clock.advance(100_000)
    const posts = Array.from({ length: 60 }, (_, at) => record(`r${at}`, start + 10))
    const [closed, ...answers] = await Promise.all([close(start + 60), ...posts])
    const recorded = tally(answers)[201] ?? 0
    expect(tally(answers)).toEqual({
      ...(recorded > 0 ? { 201: recorded } : {}),
      ...(recorded < 60 ? { 409: 60 - recorded } : {}),
    })
    const debits = (closed.body['totals'] as { debits: number }[])[0]?.debits ?? 0
    expect(debits).toBe(recorded * 5)
  })
})

test('a machine whose clock lags behind the closing records after it, never inside', async () => {
  ledger.clock.advance(100_000)
  await close(start + 99)
  ledger.clock.set(fromUnixSeconds(start + 5))
  const { status, body } = await record('of a lagging clock')
  expect([status, body['created'], body['effective_at']]).toEqual([201, start + 100, start + 100])
})

describe('reading', () => {
  test('pages of periods, newest first', async () => {
    ledger.clock.advance(100_000)
    const ids = new Map<string, number>()
    for (const seconds of [1, 2, 3, 4]) ids.set(String((await close(start + seconds)).body['id']), seconds)
    const idOf = (seconds: number) => [...ids].find(([, each]) => each === seconds)?.[0]
    for (const [query, want, more] of [
      ['', [4, 3, 2, 1], false],
      ['limit=2', [4, 3], true],
      [`limit=2&starting_after=${idOf(3)}`, [2, 1], false],
      [`limit=1&ending_before=${idOf(2)}`, [3], true],
      [`limit=9&ending_before=${idOf(2)}`, [4, 3], false],
    ] as const) {
      const { body } = await ledger.get(me, `/ledger/periods?${query}`)
      expect([(body['data'] as { id: string }[]).map(({ id }) => ids.get(id)), body['has_more']]).toEqual([want, more])
    }
    expect(codeOf(await ledger.get(me, '/ledger/periods?starting_after=lper_none'))).toEqual([400, 'resource_missing'])
  })

  test("another merchant's or mode's period is answered like none, and closes nothing of theirs", async () => {
    ledger.clock.advance(100_000)
    const id = String((await close(start + 60)).body['id'])
    for (const who of [merchant('acct_b'), merchant(me.merchant, 'live')]) {
      expect(codeOf(await ledger.get(who, `/ledger/periods/${id}`))).toEqual([404, 'resource_missing'])
      expect((await ledger.get(who, '/ledger/periods')).body['data']).toEqual([])
      for (const account of ['x', 'y']) await ledger.account(who, account)
      const { status } = await ledger.record(who, 'one', move(1, { from: 'x', to: 'y' }), { effective_at: start })
      expect(status).toBe(201)
    }
  })
})
