import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { errorOf, expectSound, merchant, move, payments, startLedger, tally, type Ledger } from '../testing/ledger.ts'

let ledger: Ledger
beforeAll(async () => void (ledger = await startLedger()))
afterEach(() => expectSound(ledger))
afterAll(() => ledger.close())

const accounts = [
  { id: 'sys_receivable', name: 'Processor receivable', type: 'asset' },
  { id: 'sys_balance', name: 'Balance', type: 'liability' },
]
const charge = {
  merchant: 'acct_a',
  mode: 'test',
  reference_id: 'micro:charge:1',
  currency: 'USD',
  accounts,
  entries: move(1000, { from: 'sys_receivable', to: 'sys_balance' }),
}
const post = (body: object, who: typeof payments | ReturnType<typeof merchant> = payments) =>
  ledger.post(who, '/internal/transactions', body)

test("Micro's accounts are made on first use, also when two first uses meet, and repeats answer 200", async () => {
  const answers = await Promise.all(Array.from({ length: 10 }, () => post(charge)))
  expect(tally(answers)).toEqual({ 200: 9, 201: 1 })
  expect(new Set(answers.map(({ body }) => body['id'])).size).toBe(1)
  expect((await post({ ...charge, reference_id: 'micro:charge:2' })).status).toBe(201)
})

test('the merchant reads them, and only the merchant in that mode', async () => {
  await post(charge)
  expect((await ledger.get(merchant(), '/ledger/accounts/sys_receivable')).body).toMatchObject({
    system: true,
    balance: 2000,
    currency: 'usd',
  })
  expect((await ledger.get(merchant(), '/ledger/transactions?reference_id=micro:charge:1')).body['data']).toHaveLength(
    1,
  )
  for (const who of [merchant('acct_b'), merchant('acct_a', 'live')]) {
    expect((await ledger.get(who, '/ledger/accounts/sys_receivable')).status).toBe(404)
  }
})

test('an account that a failed posting would have made is not there', async () => {
  const answer = await post({
    ...charge,
    merchant: 'acct_c',
    entries: [...charge.entries, { account_id: 'sys_balance', amount: 1 }],
  })
  expect(errorOf(answer)).toMatchObject({ code: 'transaction_unbalanced' })
  expect((await ledger.get(merchant('acct_c'), '/ledger/accounts')).body['data']).toEqual([])
})

describe('refused', () => {
  for (const [name, change, want] of [
    ["a merchant's reference", { reference_id: 'x' }, [400, 'parameter_invalid', 'reference_id']],
    [
      "a merchant's account among the new ones",
      { accounts: [{ ...accounts[0], id: 'cash' }] },
      [400, 'parameter_invalid', 'accounts[0][id]'],
    ],
    [
      "a merchant's account among the entries",
      { entries: move(1, { from: 'sys_balance', to: 'cash' }) },
      [400, 'parameter_invalid', 'entries[0][account_id]'],
    ],
    [
      'an account nobody described',
      { reference_id: 'micro:new', accounts: [], entries: move(1, { from: 'sys_balance', to: 'sys_new' }) },
      [400, 'resource_missing', 'entries[0][account_id]'],
    ],
    [
      'another currency than the accounts have',
      { reference_id: 'micro:eur', currency: 'eur' },
      [400, 'currency_mismatch', 'entries[0][account_id]'],
    ],
    [
      'another type than the account has',
      { reference_id: 'micro:type', accounts: [{ ...accounts[0], type: 'revenue' }] },
      [409, 'account_exists', 'accounts[0][id]'],
    ],
    ['a repeat with other content', { description: 'other' }, [409, 'reference_conflict', 'reference_id']],
    ['a mode there is not', { mode: 'prod' }, [400, 'parameter_invalid', 'mode']],
  ] as const)
    test(name, async () => {
      await post(charge)
      const { status, ...answer } = await post({ ...charge, ...change })
      expect([status, errorOf(answer).code, errorOf(answer).param]).toEqual(want)
    })

  test('from a merchant, and from any service but payments', async () => {
    for (const who of [merchant(), { kind: 'service', service: 'events' } as never]) {
      const answer = await post(charge, who)
      expect([answer.status, errorOf(answer).code]).toEqual([403, 'permission_denied'])
    }
  })
})
