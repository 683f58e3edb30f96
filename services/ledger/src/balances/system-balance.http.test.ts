import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { errorOf, merchant, move, payments, startLedger, type Ledger } from '../testing/ledger.ts'

let ledger: Ledger
beforeAll(async () => {
  ledger = await startLedger()
  for (const [at, currency, amount] of [
    [1, 'usd', '1000'],
    [2, 'usd', '90071992547409930'],
    [3, 'eur', '7'],
  ] as const)
    await ledger.post(payments, '/internal/transactions', {
      merchant: 'acct_a',
      mode: 'test',
      reference_id: `micro:charge:${at}`,
      currency,
      accounts: [
        { id: `sys_receivable_${currency}`, name: 'Receivable', type: 'asset' },
        { id: `sys_balance_${currency}`, name: 'Balance', type: 'liability' },
      ],
      entries: move(amount, { from: `sys_receivable_${currency}`, to: `sys_balance_${currency}` }),
    })
  await ledger.account(merchant(), 'sysadmin')
})
afterAll(() => ledger.close())

const ask = (body: object = {}, who: typeof payments | ReturnType<typeof merchant> = payments) =>
  ledger.post(who, '/internal/balances', {
    merchant: 'acct_a',
    mode: 'test',
    id_prefix: 'sys_balance_',
    references: [],
    ...body,
  })

test('balances by the beginning of the id, exact and on the normal side, with the references that are recorded', async () => {
  const { status, body } = await ask({ references: ['micro:charge:2', 'micro:charge:9', 'micro:\\x', 'micro:é'] })
  expect([status, body]).toEqual([
    200,
    {
      balances: [
        { account_id: 'sys_balance_eur', currency: 'eur', balance_str: '7' },
        { account_id: 'sys_balance_usd', currency: 'usd', balance_str: '90071992547410930' },
      ],
      recorded: ['micro:charge:2'],
    },
  ])
  expect((await ask({ id_prefix: 'sys_receivable_usd' })).body['balances']).toMatchObject([
    { balance_str: '90071992547410930' },
  ])
})

test("another merchant's book, the other mode and one that nobody opened show nothing", async () => {
  for (const tenant of [{ merchant: 'acct_b' }, { mode: 'live' }])
    expect((await ask({ ...tenant, references: ['micro:charge:1'] })).body).toEqual({ balances: [], recorded: [] })
})

describe('refused', () => {
  test("an account of the merchant's own, even one that begins like Micro's", async () => {
    const answer = await ask({ id_prefix: 'sysadmin' })
    expect([answer.status, errorOf(answer).param]).toEqual([400, 'id_prefix'])
  })
  test('from a merchant, and from any service but payments', async () => {
    for (const who of [merchant(), { kind: 'service', service: 'events' } as never]) {
      const answer = await ask({}, who)
      expect([answer.status, errorOf(answer).code]).toEqual([403, 'permission_denied'])
    }
  })
})
