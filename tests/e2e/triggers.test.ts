import { eventually } from '@micro/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { paymentsClient } from '../../apps/micro/src/session/api.ts'
import { perform } from '../../apps/micro/src/trigger/perform.ts'
import { triggers } from '../../apps/micro/src/trigger/triggers.ts'
import { newMerchant, type Merchant } from './api.ts'
import { openPlatform, type Platform } from './platform.ts'

let platform: Platform
let merchant: Merchant
beforeAll(async () => {
  platform = await openPlatform()
  merchant = await newMerchant(platform.url)
})
afterAll(() => platform?.stop())

for (const [event, { calls }] of Object.entries(triggers))
  test(`micro trigger ${event} causes it`, async () => {
    const payments = paymentsClient({ gatewayUrl: platform.url, version: '0.0.0', credential: merchant.key })
    const newest = async (): Promise<string | undefined> =>
      (await merchant.test('GET', `/v1/events?type=${event}&limit=1`)).body.data[0]?.id
    const before = await newest()
    const done = await perform(calls, payments, () => {})
    expect(done.map(({ operation }) => operation)).toEqual(calls.map(({ operation }) => operation))
    await eventually(async () => expect([await newest()]).not.toEqual([before]))
  })
