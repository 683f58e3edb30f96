import { afterAll, beforeAll, expect, test } from 'vitest'
import { errorOf, openAcceptance, type Acceptance } from './sdk.fixture.ts'

let sdk: Acceptance
beforeAll(async () => {
  sdk = await openAcceptance()
})
afterAll(() => sdk?.stop())

test('the official SDK retrieves the account of its key, by its id too, and no other', async () => {
  const account = await sdk.mine.stripe.accounts.retrieveCurrent()
  expect(account).toMatchObject({ object: 'account', email: sdk.mine.email, type: 'standard', charges_enabled: true })
  expect((await sdk.mine.stripe.accounts.retrieve(account.id)).id).toBe(account.id)
  expect(await errorOf(sdk.theirs.stripe.accounts.retrieve(account.id))).toMatchObject({ code: 'resource_missing' })
})
