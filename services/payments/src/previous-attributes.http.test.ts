import type { Dispute } from '@micro/contracts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createBench, type Bench } from './payments.fixture.ts'
import { patientConfig, refunding } from './refunds/refunds.fixture.ts'

let bench: Bench
let on: ReturnType<typeof refunding>
beforeAll(async () => {
  bench = await createBench({ config: patientConfig })
  on = refunding(bench)
}, 180_000)
afterAll(() => bench[Symbol.asyncDispose]())

/** What the events of a type about an object say that it was before, oldest first. */
const before = async (type: string, id: string): Promise<unknown[]> =>
  (
    await bench.database.db.sql<{ previous: unknown }>`
      select previous_attributes as previous from payments.outbox
      where type = ${type} and object ->> 'id' = ${id} order by id`
  ).map(({ previous }) => previous)

const post = async (path: string, body: object = {}): Promise<string> => (await bench.call(path, { body })).body.id

describe('an event of a change tells the changed members as they were, and nothing else', () => {
  test('customer.updated, of an address its parts and of metadata its keys', async () => {
    const address = { line1: 'Here 1', city: 'Rome' }
    const id = await post('/v1/customers', { name: 'Ada', address, metadata: { plan: 'a', kept: '1' } })
    await post(`/v1/customers/${id}`, {
      name: 'Bob',
      address: { ...address, city: 'Bern' },
      metadata: { plan: 'b', more: '2' },
    })
    expect(await before('customer.updated', id)).toEqual([
      { name: 'Ada', address: { city: 'Rome' }, metadata: { plan: 'a', more: null } },
    ])
  })

  test('product.updated and price.updated', async () => {
    const product = await post('/v1/products', { name: 'Mug' })
    const price = await post('/v1/prices', { product, currency: 'usd', unit_amount: 900, nickname: 'old' })
    bench.clock.advance(5_000)
    await post(`/v1/products/${product}`, { name: 'Cup' })
    await post(`/v1/prices/${price}`, { nickname: 'new', active: false })
    expect(await before('product.updated', product)).toEqual([{ name: 'Mug', updated: expect.any(Number) as number }])
    expect(await before('price.updated', price)).toEqual([{ nickname: 'old', active: true }])
  })

  test('payment_method.updated and .detached, and the customer whose default it was', async () => {
    const customer = await post('/v1/customers')
    const method = await post('/v1/payment_methods/pm_card_visa/attach', { customer })
    await post(`/v1/customers/${customer}`, { invoice_settings: { default_payment_method: method } })
    await post(`/v1/payment_methods/${method}`, { billing_details: { name: 'Ada' } })
    await post(`/v1/payment_methods/${method}/detach`)
    expect(await before('payment_method.updated', method)).toEqual([{ billing_details: { name: null } }])
    expect(await before('payment_method.detached', method)).toEqual([{ customer }])
    expect((await before('customer.updated', customer)).at(-1)).toEqual({
      invoice_settings: { default_payment_method: method },
    })
  })

  test('payment_method.detached of a customer who is deleted', async () => {
    const customer = await post('/v1/customers')
    const method = await post('/v1/payment_methods/pm_card_visa/attach', { customer })
    await bench.call(`/v1/customers/${customer}`, { method: 'DELETE' })
    expect(await before('payment_method.detached', method)).toEqual([{ customer }])
  })

  test('charge.updated, charge.refunded and refund.updated', async () => {
    const { charge } = await on.pay('pm_card_visa')
    await post(`/v1/charges/${charge}`, { description: 'a mug', metadata: { order: '7' } })
    const first = await post('/v1/refunds', { charge, amount: 500 })
    await post('/v1/refunds', { charge })
    await post(`/v1/refunds/${first}`, { metadata: { why: 'broken' } })
    expect(await before('charge.updated', charge)).toEqual([{ description: null, metadata: { order: null } }])
    expect(await before('charge.refunded', charge)).toEqual([
      { amount_refunded: 0 },
      { amount_refunded: 500, refunded: false },
    ])
    expect(await before('refund.updated', first)).toEqual([{ metadata: { why: null } }])
  })

  test('charge.captured', async () => {
    const made = await bench.call('/v1/payment_intents', {
      body: { amount: 1999, currency: 'usd', payment_method: 'pm_card_visa', confirm: true, capture_method: 'manual' },
    })
    await post(`/v1/payment_intents/${made.body.id}/capture`, { amount_to_capture: 700 })
    expect(await before('charge.captured', String(made.body.latest_charge))).toEqual([
      { amount_captured: 0, balance_transaction: null, captured: false },
    ])
  })

  test('charge.dispute.updated and .closed', async () => {
    const { charge } = await on.pay('pm_card_createDispute')
    await bench.parts.afterwards.reports.round()
    const found = await bench.call(`/v1/disputes?charge=${charge}`)
    const [dispute] = found.body.data as unknown as Dispute[]
    const id = dispute?.id ?? ''
    await post(`/v1/disputes/${id}`, { evidence: { product_description: 'a mug' }, submit: false })
    await post(`/v1/disputes/${id}/close`)
    expect(await before('charge.dispute.updated', id)).toEqual([
      { evidence: { product_description: null }, evidence_details: { has_evidence: false } },
    ])
    expect(await before('charge.dispute.closed', id)).toEqual([{ status: 'needs_response' }])
    expect(await before('charge.dispute.created', id)).toEqual([null])
  })
})

test('the outbox hands out the object and what it was in one, and an event of no change the object alone', async () => {
  const id = await post('/v1/customers', { name: 'Ada' })
  await post(`/v1/customers/${id}`, { name: 'Bob' })
  const { events } = (await bench.parts.service.execute(
    'pullOutbox',
    { kind: 'service', service: 'events' },
    {
      query: { limit: 1000 },
    },
  )) as { events: { type: string; object: Record<string, unknown> }[] }
  const own = events.filter(({ object }) => JSON.stringify(object).includes(id)).map(({ object }) => object)
  expect(own).toEqual([
    expect.objectContaining({ id, object: 'customer', name: 'Ada' }),
    { object: expect.objectContaining({ id, name: 'Bob' }) as object, previous_attributes: { name: 'Ada' } },
  ])
})
