import { afterAll, beforeAll, expect, test, describe } from 'vitest'
import pg from 'pg'
import { newMerchant, pay, type Merchant } from './api.ts'
import { openPlatform, type Platform } from './platform.ts'

let platform: Platform
let merchant: Merchant
beforeAll(async () => {
  platform = await openPlatform()
  merchant = await newMerchant(platform.url)
  await pay(merchant.test)
})
afterAll(() => platform?.stop())

const reading = async (service: keyof Platform['databases'], statement: string): Promise<pg.QueryResult> => {
  const client = new pg.Client({ connectionString: platform.databases[service] })
  await client.connect()
  try {
    return await client.query(statement)
  } finally {
    await client.end()
  }
}

describe('the database URL people are given', () => {
  for (const [service, statement] of [
    ['auth', 'select id, email from auth.users'],
    ['payments', 'select id, status from payments.payment_intents'],
    ['ledger', 'select * from ledger.entries'],
    ['events', 'select id, type from events.events'],
  ] as const) {
    test(`lets them read ${service}`, async () =>
      expect((await reading(service, statement)).rowCount).toBeGreaterThan(0))
  }
  for (const statement of [
    'update ledger.entries set amount = 1',
    'delete from ledger.transactions',
    'truncate ledger.entries',
    "set default_transaction_read_only = off; update ledger.accounts set name = 'mine'",
    'create table ledger.mine (id int)',
    'create temp table mine (id int)',
  ]) {
    test(`refuses: ${statement}`, async () =>
      await expect(reading('ledger', statement)).rejects.toThrow(/permission denied|read-only/))
  }
  test('shows no password or key hashes', async () => {
    await expect(reading('auth', 'select password_hash from auth.users')).rejects.toThrow(/permission denied/)
    await expect(reading('auth', 'select hash from auth.api_keys')).rejects.toThrow(/permission denied/)
  })
})

test('what the database holds adds up to zero', async () => {
  const { rows } = await reading(
    'ledger',
    'select sum(amount)::text as sum, count(*)::int as count from ledger.entries',
  )
  expect(rows[0]).toMatchObject({ sum: '0' })
  expect((rows[0] as { count: number }).count).toBeGreaterThanOrEqual(3)
})
