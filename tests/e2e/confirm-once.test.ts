import { randomUUID } from 'node:crypto'
import { eventually } from '@micro/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newMerchant, type Merchant } from './api.ts'
import { openPlatform, type Platform } from './platform.ts'

let platform: Platform
let merchant: Merchant
beforeAll(async () => {
  platform = await openPlatform()
  merchant = await newMerchant(platform.url)
})
afterAll(() => platform?.stop())

const newIntent = async (): Promise<string> =>
  String(
    (await merchant.test('POST', '/payments/payment_intents', { body: { amount: 5000, currency: 'usd' } })).body.id,
  )

const ledgerOf = async (reference: string) =>
  (await merchant.test('GET', `/ledger/transactions?reference_id=${encodeURIComponent(reference)}`)).body.data

const eventsAbout = async (id: string): Promise<string[]> => {
  const { body } = await merchant.test('GET', '/v1/events?limit=100')
  return body.data.filter((event) => event.data.object.id === id).map((event) => event.type)
}

describe('a payment confirmed five times at once', () => {
  for (const [what, keyFor] of [
    [
      'with one idempotency key',
      () => {
        const key = randomUUID()
        return () => key
      },
    ],
    ['with five different keys', () => () => randomUUID()],
  ] as const) {
    test(`${what} is charged once, booked once and announced once`, async () => {
      const id = await newIntent()
      const nextKey = keyFor()
      const answers = await Promise.all(
        Array.from({ length: 5 }, () =>
          merchant.test('POST', `/payments/payment_intents/${id}/confirm`, { key: nextKey() }),
        ),
      )
      // Whoever did not get through is told so, and is told to try again or why it cannot be.
      for (const { status } of answers) expect([200, 400, 409, 429]).toContain(status)
      const succeeded = answers.filter(({ status }) => status === 200)
      expect(succeeded.length).toBeGreaterThanOrEqual(1)
      expect(new Set(succeeded.map(({ body }) => body['latest_charge'])).size).toBe(1)
      const charge = String(succeeded[0]!.body['latest_charge'])

      expect(await ledgerOf(`micro:charge:${charge}`)).toHaveLength(1)
      await eventually(async () => expect(await eventsAbout(id)).toContain('payment_intent.succeeded'))
      expect((await eventsAbout(id)).toSorted()).toEqual(['payment_intent.created', 'payment_intent.succeeded'])
      expect(await eventsAbout(charge)).toEqual(['charge.succeeded'])
    })
  }
})

test('a payment is in the ledger, balanced and from the provider’s point of view, when confirm returns', async () => {
  const fresh = await newMerchant(platform.url)
  const created = await fresh.test('POST', '/payments/payment_intents', { body: { amount: 5000, currency: 'usd' } })
  const confirmed = await fresh.test('POST', `/payments/payment_intents/${created.body.id}/confirm`)
  expect(confirmed.body.status).toBe('succeeded')
  const balance = async (id: string) => (await fresh.test('GET', `/ledger/accounts/${id}`)).body['balance']
  expect(await balance('sys_processor_receivable_usd')).toBe(5000)
  expect(await balance('sys_merchant_balance_usd')).toBe(5000 - 175)
  expect(await balance('sys_fee_revenue_usd')).toBe(175)
})

test('the object inside an event is what it was at that commit', async () => {
  const id = await newIntent()
  await merchant.test('POST', `/payments/payment_intents/${id}/confirm`)
  await eventually(async () => expect(await eventsAbout(id)).toContain('payment_intent.succeeded'))
  const { body } = await merchant.test('GET', '/v1/events?limit=100')
  const retrieved = await merchant.test('GET', `/v1/payment_intents/${id}`)
  const last = body.data.find((event) => event.type === 'payment_intent.succeeded' && event.data.object.id === id)
  expect(JSON.stringify(last?.data.object)).toBe(JSON.stringify(retrieved.body))
  const statuses = body.data
    .filter((event) => event.data.object.id === id)
    .map((event) => [event.type, event.data.object.status])
  expect(Object.fromEntries(statuses)).toEqual({
    'payment_intent.created': 'requires_payment_method',
    'payment_intent.succeeded': 'succeeded',
  })
})

test('a repeat with the same key is replayed byte for byte; with another body it is refused', async () => {
  const key = randomUUID()
  const create = (amount: number) =>
    merchant.test('POST', '/payments/payment_intents', { key, body: { amount, currency: 'usd' } })
  const first = await create(5000)
  const again = await create(5000)
  expect(again.body).toEqual(first.body)
  expect(again.status).toBe(201)
  expect(again.headers.get('idempotent-replayed')).toBe('true')
  expect(again.headers.get('original-request')).toBe(first.headers.get('request-id'))
  const other = await create(6000)
  expect([other.status, other.body.error.type]).toEqual([400, 'idempotency_error'])
})

test('a declined card answers 402, leaves the intent open and books nothing', async () => {
  const id = await newIntent()
  const declined = await merchant.test('POST', `/payments/payment_intents/${id}/confirm`, {
    body: { payment_method: 'pm_card_chargeDeclined' },
  })
  expect(declined.status).toBe(402)
  expect(declined.body.error).toMatchObject({
    type: 'card_error',
    code: 'card_declined',
    decline_code: 'generic_decline',
  })
  const charge = String(declined.body.error.charge)
  expect(await ledgerOf(`micro:charge:${charge}`)).toHaveLength(0)
  await eventually(async () => expect(await eventsAbout(id)).toContain('payment_intent.payment_failed'))
  const retried = await merchant.test('POST', `/payments/payment_intents/${id}/confirm`, {
    body: { payment_method: 'pm_card_visa' },
  })
  expect(retried.body.status).toBe('succeeded')
})
