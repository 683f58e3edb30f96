import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { errorOf, expectSound, merchant, move, startLedger, type Ledger } from '../testing/ledger.ts'

let ledger: Ledger
const who = merchant()
let nth = 0

beforeAll(async () => {
  ledger = await startLedger()
  await ledger.account(who, 'shop', { type: 'liability' })
})
afterEach(() => expectSound(ledger))
afterAll(() => ledger.close())

type Answer = Awaited<ReturnType<Ledger['post']>>
const idOf = ({ body }: Answer): string => String(body['id'])
const hold = (entries: readonly object[]): Promise<Answer> =>
  ledger.post(who, '/ledger/holds', { reference_id: `hold-${nth++}`, entries })
const capture = (id: string) => ledger.post(who, `/ledger/holds/${id}/capture`, {})
const release = (id: string) => ledger.post(who, `/ledger/holds/${id}/release`, {})
const account = async (id: string) => (await ledger.get(who, `/ledger/accounts/${id}`)).body

describe('limits count what is held', () => {
  test('what is held is available to nobody else, and captured it breaks no limit', async () => {
    await ledger.post(who, '/ledger/accounts', {
      id: 'card',
      name: 'Card',
      type: 'liability',
      min_available: 0,
      max_balance: 150,
    })
    await ledger.record(who, 'load', move(100, { from: 'shop', to: 'card' }))
    const first = await hold(move(60, { from: 'card', to: 'shop' }))
    expect(errorOf(await hold(move(41, { from: 'card', to: 'shop' })))).toMatchObject({
      code: 'insufficient_funds',
      account: 'card',
      available: '40',
      required: '41',
    })
    expect(errorOf(await ledger.record(who, 'spend', move(41, { from: 'card', to: 'shop' })))).toMatchObject({
      code: 'insufficient_funds',
      available: '40',
    })
    expect((await ledger.record(who, 'spend less', move(40, { from: 'card', to: 'shop' }))).status).toBe(201)
    expect((await capture(idOf(first))).status).toBe(201)
    expect(await account('card')).toMatchObject({ balance: 0, pending: { available: 0, pending_out: 0 } })
  })
  test('what is to come in counts against the most there may be, and is not there to be spent', async () => {
    await ledger.post(who, '/ledger/accounts', {
      id: 'till',
      name: 'Till',
      type: 'liability',
      min_available: 0,
      max_balance: 100,
    })
    const first = await hold(move(60, { from: 'shop', to: 'till' }))
    expect(errorOf(await hold(move(41, { from: 'shop', to: 'till' })))).toMatchObject({
      code: 'limit_exceeded',
      message: expect.stringContaining(
        'a balance of 101 in minor units, holds counted, its max_balance is 100',
      ) as string,
    })
    expect(errorOf(await ledger.record(who, 'till', move(1, { from: 'till', to: 'shop' }))).code).toBe(
      'insufficient_funds',
    )
    expect(errorOf(await ledger.post(who, '/ledger/accounts/till', { max_balance: 59 })).code).toBe('limit_refused')
    expect(errorOf(await ledger.post(who, '/ledger/accounts/till', { status: 'closed' })).code).toBe(
      'account_not_empty',
    )
    await release(idOf(first))
    expect((await ledger.post(who, '/ledger/accounts/till', { status: 'closed' })).status).toBe(200)
  })
  test('a condition speaks of what is available, holds counted', async () => {
    await ledger.account(who, 'purse', { type: 'liability' })
    await ledger.record(who, 'purse', move(10, { from: 'shop', to: 'purse' }))
    const entries = (gte: number) => [
      { account_id: 'purse', amount: -4, condition: { available: { gte } } },
      { account_id: 'shop', amount: 4 },
    ]
    expect(errorOf(await hold(entries(7))).code).toBe('condition_failed')
    expect((await hold(entries(6))).status).toBe(201)
    expect(errorOf(await ledger.record(who, 'purse 2', entries(3))).code).toBe('condition_failed')
  })
})

test('a frozen account holds and captures nothing more, and takes back what was held', async () => {
  await ledger.account(who, 'ice', { type: 'liability' })
  const id = idOf(await hold(move(5, { from: 'ice', to: 'shop' })))
  await ledger.post(who, '/ledger/accounts/ice', { status: 'frozen' })
  expect(errorOf(await hold(move(5, { from: 'ice', to: 'shop' }))).code).toBe('account_frozen')
  expect(errorOf(await capture(id))).toMatchObject({ code: 'account_frozen', account: 'ice' })
  expect((await release(id)).status).toBe(201)
})
