import { afterAll, beforeAll, expect, test } from 'vitest'
import { newMerchant, type Answer, type Merchant } from './api.ts'
import { openPlatform, type Platform } from './platform.ts'

let platform: Platform
let merchant: Merchant
beforeAll(async () => {
  // The default limit: what the README promises.
  platform = await openPlatform({ env: { MICRO_RATE_LIMIT: '100' } })
  merchant = await newMerchant(platform.url)
})
afterAll(() => platform?.stop())

test('100 requests at the default limit pass and the 101st is told when to come back', async () => {
  const answers: Answer[] = []
  for (let at = 0; at < 101; at++) answers.push(await merchant.test('GET', '/v1/payment_intents?limit=1'))
  expect(answers.slice(0, 100).map(({ status }) => status)).toEqual(Array.from({ length: 100 }, () => 200))
  expect(answers[0]!.headers.get('x-ratelimit-limit')).toBe('100')
  expect(answers[0]!.headers.get('x-ratelimit-remaining')).toBe('99')
  expect(answers[0]!.headers.get('ratelimit-policy')).toBe('"default";q=100;w=60')
  const refused = answers[100]!
  expect(refused.status).toBe(429)
  expect(refused.body.error).toMatchObject({ code: 'rate_limit' })
  const retryAfter = Number(refused.headers.get('retry-after'))
  expect(retryAfter).toBeGreaterThan(0)
  expect(retryAfter).toBeLessThanOrEqual(60)
  expect(refused.headers.get('ratelimit')).toMatch(/^"default";r=0;t=\d+$/)
  // Another key is not held up by it.
  expect((await merchant.live('GET', '/v1/payment_intents')).status).toBe(200)
})
