import type { MerchantPrincipal } from '@micro/contracts'
import { fakeClock, testDatabase, type TestDatabase } from '@micro/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startAuth, type TestAuth } from '../testing/harness.ts'

let database: TestDatabase
let auth: TestAuth
const clock = fakeClock()
beforeAll(async () => {
  database = await testDatabase('auth')
  auth = await startAuth({ db: database.db, clock })
})
afterAll(async () => {
  await auth.stop()
  await database.close()
})

const holder = async (email: string, environment: 'test' | 'live' = 'test'): Promise<MerchantPrincipal> => {
  const { principal } = await auth.enter(email)
  const key = await auth.verify((await auth.createKey(principal, { environment })).key)
  if (key === null) throw new Error('the fresh key was not accepted')
  return key
}

test('the account is the merchant of the key, as Stripe shows a standard account', async () => {
  const principal = await holder('shop@example.com')
  const { status, body } = await auth.call('GET', '/v1/account', { principal })
  expect([status, body]).toMatchObject([
    200,
    {
      id: principal.merchant,
      object: 'account',
      charges_enabled: true,
      payouts_enabled: true,
      details_submitted: true,
      country: null,
      created: Math.floor(clock.now().getTime() / 1000),
      default_currency: 'usd',
      email: 'shop@example.com',
      type: 'standard',
    },
  ])
  expect((await auth.call('GET', `/v1/accounts/${principal.merchant}`, { principal })).body).toEqual(body)
})

test('in live mode it tells that no money can be taken', async () => {
  const principal = await holder('live@example.com', 'live')
  expect((await auth.call('GET', '/v1/account', { principal })).body).toMatchObject({
    charges_enabled: false,
    payouts_enabled: false,
    capabilities: { card_payments: 'inactive' },
  })
})

test("another merchant's account answers like one that never was", async () => {
  const [mine, theirs] = [await holder('mine@example.com'), await holder('theirs@example.com')]
  for (const id of [theirs.merchant, 'acct_never'])
    expect(await auth.call('GET', `/v1/accounts/${id}`, { principal: mine })).toMatchObject({
      status: 404,
      body: { error: { code: 'resource_missing', message: `No such account: '${id}'`, param: 'id' } },
    })
})
