import { randomUUID } from 'node:crypto'
import { eventually } from '@micro/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { caller, newMerchant, type Answer, type Caller, type Item, type Merchant } from '../api.ts'
import { addContainer, composeWorld, type Extra } from './remote.ts'

let gateways: readonly string[]
let merchant: Merchant
/** The merchant's test key at each gateway; behind each is a replica of every service of its own. */
let at: readonly Caller[]

beforeAll(async () => {
  gateways = (await composeWorld()).gateways
  merchant = await newMerchant(gateways[0] ?? '')
  at = gateways.map((url) => caller(url, merchant.key))
})

const everyPage = async (call: Caller, path: string): Promise<Item[]> => {
  const found: Item[] = []
  for (;;) {
    const after = found.length === 0 ? '' : `&starting_after=${found.at(-1)?.id}`
    const { body } = await call('GET', `${path}?limit=100${after}`)
    found.push(...body.data)
    if (body['has_more'] !== true) return found
  }
}

test('payments made and confirmed through either gateway are charged, booked and told once each', async () => {
  const count = 20
  const charges = await Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const [first, second] = [at[index % 2]!, at[(index + 1) % 2]!]
      const created = await first('POST', '/v1/payment_intents', { body: { amount: 5000, currency: 'usd' } })
      // One confirm at each gateway, under one key, as a client does whose first answer was lost.
      const key = randomUUID()
      const confirm = (call: Caller) =>
        call('POST', `/v1/payment_intents/${created.body.id}/confirm`, {
          key,
          body: { payment_method: 'pm_card_visa' },
        })
      const answers = await Promise.all([confirm(second), confirm(first)])
      for (const { status } of answers) expect([200, 409]).toContain(status)
      const charged = new Set(answers.filter(({ status }) => status === 200).map(({ body }) => body['latest_charge']))
      expect(charged.size).toBe(1)
      return String([...charged][0])
    }),
  )
  expect(new Set(charges).size).toBe(count)
  const expected = charges.toSorted()
  await eventually(
    async () => {
      for (const call of at) {
        const booked = (await everyPage(call, '/ledger/transactions')).map((each) => String(each['reference_id']))
        expect(booked.map((reference) => reference.replace('micro:charge:', '')).toSorted()).toEqual(expected)
        const events = await everyPage(call, '/v1/events')
        const told = events.filter(({ type }) => type === 'charge.succeeded').map(({ data }) => data.object.id)
        expect(told.toSorted()).toEqual(expected)
      }
    },
    { timeoutMs: 60_000, everyMs: 200 },
  )
}, 180_000)

test('a key revoked at one gateway stops working at the other', async () => {
  const created = await merchant.session('POST', '/auth/api_keys', { body: { environment: 'test' } })
  const [here, there] = gateways.map((url) => caller(url, String(created.body['key'])))
  expect((await there!('GET', '/v1/payment_intents')).status).toBe(200)
  await merchant.session('DELETE', `/auth/api_keys/${created.body.id}`)
  await eventually(
    async () => {
      for (const call of [here, there]) expect((await call!('GET', '/v1/payment_intents')).status).toBe(401)
    },
    { timeoutMs: 60_000 },
  )
})

describe('limits hold for all gateways together', () => {
  const limit = 40
  let limited: readonly Extra[]
  beforeAll(async () => {
    const variables = { MICRO_RATE_LIMIT: String(limit), MICRO_GATEWAY_REPLICAS: '2' }
    limited = await Promise.all([addContainer('gateway', variables), addContainer('gateway', variables)])
  })
  afterAll(async () => {
    for (const gateway of limited) expect(await gateway.stop()).toBeUndefined()
  })

  test('requests at both by turns pass as often as the limit says, and not once more', async () => {
    const { key } = await newMerchant(gateways[0] ?? '')
    const calls = limited.map(({ url }) => caller(url, key))
    const answers: Answer[] = await Promise.all(
      Array.from({ length: limit + 20 }, (_, index) => calls[index % 2]!('GET', '/v1/payment_intents?limit=1')),
    )
    const statuses = answers.map(({ status }) => status)
    expect(statuses.filter((status) => status === 200)).toHaveLength(limit)
    expect(statuses.filter((status) => status === 429)).toHaveLength(20)
  })
})
