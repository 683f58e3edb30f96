/** What an account may hold and whether it may move at all, also while many want it otherwise. */
import { LedgerAccount } from '@micro/contracts'
import { Check } from 'typebox/value'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { errorOf, expectSound, merchant, move, payments, startLedger, tally, type Ledger } from '../testing/ledger.ts'

let ledger: Ledger
beforeAll(async () => void (ledger = await startLedger()))
afterEach(() => expectSound(ledger))
afterAll(() => ledger.close())

const me = merchant()
const update = (id: string, body: object, who = me) => ledger.post(who, `/ledger/accounts/${id}`, body)
const get = async (id: string, who = me) => (await ledger.get(who, `/ledger/accounts/${id}`)).body
/** A wallet that may not be overdrawn, with so much in it, and the account it came from. */
const wallet = async (id: string, amount: number, rest: object = {}) => {
  const created = await ledger.post(me, '/ledger/accounts', {
    id,
    name: id,
    type: 'liability',
    min_available: 0,
    ...rest,
  })
  expect(created.status).toBe(201)
  await ledger.account(me, `${id}-bank`)
  if (amount > 0) await ledger.record(me, `fund ${id}`, move(amount, { from: `${id}-bank`, to: id }))
}
const spend = (id: string, amount: number, reference = `spend ${amount} of ${id}`) =>
  ledger.record(me, reference, move(amount, { from: id, to: `${id}-bank` }))

describe('min_available', () => {
  test('lets an account be emptied, and not a unit more', async () => {
    await wallet('w1', 100)
    const answer = await spend('w1', 101)
    expect(answer.status).toBe(400)
    expect(errorOf(answer)).toMatchObject({
      code: 'insufficient_funds',
      param: 'entries[1][account_id]',
      account: 'w1',
      available: '100',
      required: '101',
    })
    expect((await spend('w1', 100)).status).toBe(201)
    expect(await get('w1')).toMatchObject({ balance: 0, min_available: 0, min_available_str: '0', max_balance: null })
  })
  test('below 0 is an overdraft, and what it takes is told with it', async () => {
    await wallet('w2', 10, { min_available: '-50' })
    expect(errorOf(await spend('w2', 61))).toMatchObject({ available: '10', required: '11' })
    expect((await spend('w2', 60)).status).toBe(201)
  })
  test('holds for a debit account on its own side', async () => {
    await ledger.post(me, '/ledger/accounts', { id: 'till', name: 'Till', type: 'asset', min_available: 0 })
    await ledger.account(me, 'sales', { type: 'revenue' })
    expect((await ledger.record(me, 'sale', move(5, { from: 'till', to: 'sales' }))).status).toBe(201)
    expect(errorOf(await ledger.record(me, 'refund', move(6, { from: 'sales', to: 'till' })))).toMatchObject({
      code: 'insufficient_funds',
    })
  })
  test('judges a transaction as a whole', async () => {
    await wallet('w3', 0)
    const entries = [...move(10, { from: 'w3', to: 'w3-bank' }), ...move(10, { from: 'w3-bank', to: 'w3' })]
    expect((await ledger.record(me, 'through', entries)).status).toBe(201)
  })
  test(
    'of 1000 concurrent transactions that would overdraw it lets through what there is',
    { timeout: 180_000 },
    async () => {
      await wallet('w4', 250)
      const answers = await Promise.all(Array.from({ length: 1000 }, (_, at) => spend('w4', 1, `overdraw ${at}`)))
      expect(tally(answers)).toEqual({ 201: 250, 400: 750 })
      expect(await get('w4')).toMatchObject({ balance: 0, version: 251 })
    },
  )
})

test('max_balance lets an account be filled, and not a unit more', async () => {
  await wallet('w5', 0, { max_balance: 100 })
  const answer = await ledger.record(me, 'too much', move(101, { from: 'w5-bank', to: 'w5' }))
  expect(errorOf(answer)).toMatchObject({ code: 'limit_exceeded', param: 'entries[0][account_id]', account: 'w5' })
  expect(errorOf(answer).message).toContain('balance of 101 in minor units, its max_balance is 100')
  expect((await ledger.record(me, 'just enough', move(100, { from: 'w5-bank', to: 'w5' }))).status).toBe(201)
})

describe('an account is changed', () => {
  test('in its limits while nothing was posted since, and answers with what it became', async () => {
    await wallet('c1', 100)
    expect(errorOf(await update('c1', { min_available: 50, if_version: 0 }))).toMatchObject({
      code: 'version_conflict',
      param: 'if_version',
    })
    const { status, body } = await update('c1', { min_available: 50, max_balance: '200', if_version: 1 })
    expect([status, Check(LedgerAccount, body)]).toEqual([200, true])
    expect(body).toMatchObject({ min_available: 50, max_balance: 200, balance: 100 })
    expect(await get('c1')).toEqual(body)
    expect(errorOf(await spend('c1', 51))).toMatchObject({ code: 'insufficient_funds', required: '101' })
    expect((await update('c1', { min_available: null })).body).toMatchObject({ min_available: null, max_balance: 200 })
    expect((await spend('c1', 200)).status).toBe(201)
  })
  test('not to a limit that it is beyond already', async () => {
    await wallet('c2', 100)
    for (const [body, param] of [
      [{ min_available: 101 }, 'min_available'],
      [{ max_balance: 99 }, 'max_balance'],
    ] as const)
      expect(errorOf(await update('c2', body))).toMatchObject({
        code: 'limit_refused',
        param,
        message: expect.stringMatching(/it has 100 in minor units\.$/) as string,
      })
  })
  test('in name and metadata', async () => {
    await wallet('c3', 0, { metadata: { a: '1', b: '2' } })
    const { body } = await update('c3', { name: 'Other', metadata: { a: '', c: '3' } })
    expect(body).toMatchObject({ name: 'Other', metadata: { b: '2', c: '3' } })
    expect(body['metadata']).not.toHaveProperty('a')
  })
  test('by its merchant only: to others it is as unknown as any', async () => {
    for (const who of [merchant('acct_thief'), merchant('acct_a', 'live')]) {
      const answers = await Promise.all(['c3', 'none'].map((id) => update(id, { name: 'x' }, who)))
      expect(answers.map(({ status }) => status)).toEqual([404, 404])
      expect(answers[0]?.text.replaceAll('c3', 'none')).toBe(answers[1]?.text)
    }
  })
  for (const [name, body, want] of [
    ['a limit with a fraction', { min_available: 1.5 }, [400, 'parameter_invalid', 'min_available']],
    ['a limit too large', { max_balance: '1' + '0'.repeat(38) }, [400, 'sum_out_of_range', 'max_balance']],
    [
      'limits that leave nothing between',
      { min_available: 5, max_balance: 4 },
      [400, 'parameter_invalid', 'max_balance'],
    ],
    ['another type', { type: 'asset' }, [400, 'parameter_unknown', 'type']],
    ['an unknown status', { status: 'gone' }, [400, 'parameter_invalid', 'status']],
  ] as const)
    test(`${name} is refused`, async () => {
      const { status, ...answer } = await update('c3', body)
      const { code, param } = errorOf(answer)
      expect([status, code, param]).toEqual(want)
    })
})

describe('a frozen account', () => {
  test('moves neither way until it is active again', async () => {
    await wallet('f1', 100)
    expect((await update('f1', { status: 'frozen' })).body).toMatchObject({ status: 'frozen' })
    for (const entries of [move(1, { from: 'f1', to: 'f1-bank' }), move(1, { from: 'f1-bank', to: 'f1' })])
      expect(errorOf(await ledger.record(me, 'frozen', entries))).toMatchObject({
        code: 'account_frozen',
        account: 'f1',
      })
    await update('f1', { status: 'active' })
    expect((await spend('f1', 1)).status).toBe(201)
  })
  test('still answers repeats of what was recorded before', async () => {
    await wallet('f2', 100)
    await update('f2', { status: 'frozen' })
    expect((await ledger.record(me, 'fund f2', move(100, { from: 'f2-bank', to: 'f2' }))).status).toBe(200)
  })
  test('frozen while many post to it: whatever was answered as recorded is, and nothing after', async () => {
    await wallet('f3', 100)
    const posts = Array.from({ length: 60 }, (_, at) => spend('f3', 1, `race ${at}`))
    const frozen = update('f3', { status: 'frozen' })
    const answers = await Promise.all(posts)
    expect((await frozen).status).toBe(200)
    const recorded = answers.filter(({ status }) => status === 201).length
    expect(answers.filter(({ status }) => status !== 201).map((each) => errorOf(each).code)).toEqual(
      Array.from({ length: 60 - recorded }, () => 'account_frozen'),
    )
    expect(await get('f3')).toMatchObject({ balance: 100 - recorded })
    expect((await spend('f3', 1, 'after')).status).toBe(409)
  })
})

test('an account is closed at 0 only, and for good', async () => {
  await wallet('g1', 5)
  expect(errorOf(await update('g1', { status: 'closed' }))).toMatchObject({ code: 'account_not_empty' })
  await spend('g1', 5)
  expect((await update('g1', { status: 'closed' })).body).toMatchObject({ status: 'closed' })
  expect(errorOf(await update('g1', { status: 'active' }))).toMatchObject({ code: 'account_closed', param: 'status' })
  expect(errorOf(await ledger.record(me, 'late', move(1, { from: 'g1-bank', to: 'g1' })))).toMatchObject({
    code: 'account_closed',
    param: 'entries[0][account_id]',
  })
})

test("Micro's accounts are neither limited nor frozen, by whatever key", async () => {
  await ledger.post(payments, '/internal/transactions', {
    merchant: me.merchant,
    mode: 'test',
    reference_id: 'micro:1',
    currency: 'usd',
    accounts: [
      { id: 'sys_x', name: 'x', type: 'asset' },
      { id: 'sys_y', name: 'y', type: 'asset' },
    ],
    entries: move(1, { from: 'sys_x', to: 'sys_y' }),
  })
  for (const body of [{ status: 'frozen' }, { max_balance: 0 }, { name: 'mine' }])
    expect(errorOf(await update('sys_x', body))).toMatchObject({ code: 'account_reserved' })
})

describe('lists', () => {
  const who = merchant('acct_filters')
  beforeAll(async () => {
    for (const id of ['users:1', 'users:2', 'fees:1', 'users_1'])
      await ledger.post(who, '/ledger/accounts', {
        id,
        name: id,
        type: 'asset',
        metadata: { team: id.slice(-1), a: 'b' },
      })
    await update('users:2', { status: 'frozen' }, who)
  })
  for (const [query, want] of [
    ['status=frozen', ['users:2']],
    ['status=active&id_prefix=users:', ['users:1']],
    ['id_prefix=users', ['users_1', 'users:2', 'users:1']],
    ['id_prefix=users%25', []],
    ['metadata[team]=1', ['users_1', 'fees:1', 'users:1']],
    ['metadata[team]=1&metadata[a]=b&id_prefix=fees', ['fees:1']],
    ['metadata[team]=9', []],
  ] as const)
    test(`accounts?${query}`, async () => {
      const answer = await ledger.get(who, `/ledger/accounts?${query}`)
      if (query.includes('%25')) return expect(answer.status).toBe(400)
      expect((answer.body['data'] as { id: string }[]).map(({ id }) => id)).toEqual(want)
    })
})
