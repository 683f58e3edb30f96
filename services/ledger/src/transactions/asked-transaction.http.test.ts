/** What a transaction may ask for beyond its entries: several currencies, another time of effect, conditions, a dry run. */
import { LedgerTransaction } from '@micro/contracts'
import { Check } from 'typebox/value'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { errorOf, expectSound, merchant, move, startLedger, tally, type Ledger } from '../testing/ledger.ts'

let ledger: Ledger
const me = merchant()
beforeAll(async () => {
  ledger = await startLedger()
  await ledger.account(me, 'cash')
  await ledger.account(me, 'equity', { type: 'equity' })
  await ledger.account(me, 'euros', { currency: 'eur' })
  await ledger.account(me, 'euro-equity', { type: 'equity', currency: 'eur' })
})
afterEach(() => expectSound(ledger))
afterAll(() => ledger.close())

const balance = async (id: string) => (await ledger.get(me, `/ledger/accounts/${id}`)).body['balance_str']

describe('several currencies', () => {
  const exchange = (euros: number) => [
    ...move(110, { from: 'equity', to: 'cash' }),
    ...move(euros, { from: 'euros', to: 'euro-equity' }),
  ]
  test('in one transaction, each of which sums to 0', async () => {
    const { status, body } = await ledger.record(me, 'exchange', exchange(100))
    expect(status).toBe(201)
    expect(Check(LedgerTransaction, body)).toBe(true)
    expect(body['currency']).toBeNull()
    expect(body['entries']).toMatchObject([
      { account_id: 'cash', currency: 'usd' },
      { currency: 'usd' },
      { currency: 'eur' },
      { account_id: 'euros', currency: 'eur' },
    ])
    expect((await ledger.get(me, `/ledger/transactions/${String(body['id'])}`)).body).toEqual(body)
    expect((await ledger.record(me, 'exchange', exchange(100))).status).toBe(200)
  })
  test('one of which does not, are refused with the currency', async () => {
    const answer = await ledger.record(me, 'lopsided', [...exchange(100), { account_id: 'euros', amount: 5 }])
    expect(errorOf(answer)).toMatchObject({ code: 'transaction_unbalanced', param: 'entries' })
    expect(errorOf(answer).message).toContain('eur credits minus debits is 5 in minor units')
  })
  test('which balance only together, are called mixed up', async () =>
    expect(errorOf(await ledger.record(me, 'mixed', move(5, { from: 'cash', to: 'euros' })))).toMatchObject({
      code: 'currency_mismatch',
      param: 'entries[1][account_id]',
    }))
})

test('each entry tells the balance it left, on the normal side of its account', async () => {
  const who = merchant('acct_after')
  await ledger.account(who, 'bank')
  await ledger.account(who, 'sales', { type: 'revenue' })
  await ledger.record(who, 'one', move(100, { from: 'bank', to: 'sales' }))
  const { body } = await ledger.record(who, 'two', [
    { account_id: 'bank', amount: -30 },
    { account_id: 'sales', amount: '9007199254740993' },
    { account_id: 'bank', amount: '-9007199254740963' },
  ])
  const want = [
    { balance_after: 130, balance_after_str: '130' },
    { balance_after: null, balance_after_str: '9007199254741093' },
    { balance_after: null, balance_after_str: '9007199254741093' },
  ]
  expect(body['entries']).toMatchObject(want)
  const listed = await ledger.get(who, '/ledger/transactions?limit=1')
  expect(listed.body['data']).toMatchObject([{ entries: want }])
})

describe('the time of effect', () => {
  for (const [name, at] of [
    ['long ago', 0],
    ['far ahead', 253_402_300_799],
  ] as const)
    test(`may be ${name}, and does not disturb the order of recording`, async () => {
      const { status, body } = await ledger.record(me, `effective ${name}`, move(1, { from: 'cash', to: 'equity' }), {
        effective_at: at,
      })
      expect([status, body['effective_at']]).toEqual([201, at])
      const next = await ledger.record(me, `after ${name}`, move(1, { from: 'cash', to: 'equity' }))
      expect(next.body).toMatchObject({ seq: Number(body['seq']) + 1, effective_at: next.body['created'] })
    })
  test('is content: a repeat with another one conflicts', async () => {
    const send = (effective_at?: number) =>
      ledger.record(me, 'when', move(1, { from: 'cash', to: 'equity' }), { effective_at })
    expect(tally([await send(5), await send(5), await send(6), await send()])).toEqual({ 200: 1, 201: 1, 409: 2 })
  })
  for (const at of [-1, 253_402_300_800, 1.5, 'yesterday'])
    test(`${at} is refused`, async () => {
      const answer = await ledger.record(me, 'never', move(1, { from: 'cash', to: 'equity' }), { effective_at: at })
      expect(answer.status).toBe(400)
      expect(errorOf(answer).param).toBe('effective_at')
    })
})

describe('a condition', () => {
  const who = merchant('acct_conditions')
  beforeAll(async () => {
    await ledger.account(who, 'bank')
    await ledger.account(who, 'sales', { type: 'revenue' })
    await ledger.record(who, 'start', move(100, { from: 'bank', to: 'sales' }))
  })
  const spend = (reference: string, condition: object) =>
    ledger.record(who, reference, [
      { account_id: 'sales', amount: -60, condition },
      { account_id: 'bank', amount: 60 },
    ])
  for (const [name, condition] of [
    ['at least as much as is left', { available: { gte: 40 } }],
    ['at most as much as is left', { available: { lte: '40' } }],
    ['the version there is', { version: 1 }],
    ['nothing', {}],
  ] as const)
    test(`that asks for ${name} holds`, async () => {
      const entries = [
        { account_id: 'sales', amount: -60, condition },
        { account_id: 'bank', amount: 60 },
      ]
      expect((await ledger.record(who, 'dry', entries, { dry_run: true })).status).toBe(200)
    })
  for (const [name, condition, want] of [
    [
      'more than there is left',
      { available: { gte: 41 } },
      ['condition_failed', 'entries[0][condition][available][gte]'],
    ],
    [
      'less than there is left',
      { available: { lte: 39 } },
      ['condition_failed', 'entries[0][condition][available][lte]'],
    ],
    ['an older version', { version: 0 }, ['version_conflict', 'entries[0][condition][version]']],
  ] as const)
    test(`that asks for ${name} refuses the transaction`, async () => {
      const answer = await spend(`refused ${name}`, condition)
      const { code, param } = errorOf(answer)
      expect([answer.status, code, param]).toEqual([409, ...want])
    })
  test('is judged with all entries of its account', async () => {
    const answer = await ledger.record(who, 'back and forth', [
      { account_id: 'sales', amount: -100, condition: { available: { gte: 100 } } },
      { account_id: 'bank', amount: -1 },
      { account_id: 'sales', amount: 101 },
    ])
    expect(answer.status).toBe(201)
  })
  test('on a version lets one of 20 concurrent transactions pass', async () => {
    const { body } = await ledger.get(who, '/ledger/accounts/sales')
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, at) => spend(`raced ${at}`, { version: body['version'] })),
    )
    expect(tally(answers)).toEqual({ 201: 1, 409: 19 })
  })
  test('on a repeat is not asked again', async () => {
    const { body } = await ledger.get(who, '/ledger/accounts/sales')
    const condition = { version: body['version'] }
    expect(tally([await spend('repeated', condition), await spend('repeated', condition)])).toEqual({ 200: 1, 201: 1 })
  })
})

describe('a dry run', () => {
  const dry = (reference: string, entries = move(7, { from: 'cash', to: 'equity' })) =>
    ledger.record(me, reference, entries, { dry_run: true })
  test('answers what would be recorded, and records nothing', async () => {
    const before = await balance('equity')
    const { status, body } = await dry('dry')
    expect([status, body['status']]).toEqual([200, 'dry_run'])
    expect(Check(LedgerTransaction, body)).toBe(true)
    expect(await balance('equity')).toBe(before)
    const real = await ledger.record(me, 'dry', move(7, { from: 'cash', to: 'equity' }))
    expect(real).toMatchObject({ status: 201, body: { seq: body['seq'], status: 'recorded' } })
    expect(real.body['entries']).toMatchObject([
      { balance_after_str: (body['entries'] as { balance_after_str: string }[])[0]?.balance_after_str },
      {},
    ])
  })
  test('of what is recorded already answers that', async () => {
    const real = await ledger.record(me, 'dry-again', move(7, { from: 'cash', to: 'equity' }))
    expect((await dry('dry-again')).text).toBe(real.text)
  })
  test('refuses what would be refused', async () =>
    expect(errorOf(await dry('dry-wrong', move(7, { from: 'cash', to: 'nobody' })))).toMatchObject({
      code: 'resource_missing',
    }))
  test('among many real transactions takes no place among them', async () => {
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, at) =>
        at % 2 ? dry(`mix ${at}`) : ledger.record(me, `mix ${at}`, move(1, { from: 'cash', to: 'equity' })),
      ),
    )
    expect(tally(answers)).toEqual({ 200: 20, 201: 20 })
  })
})
