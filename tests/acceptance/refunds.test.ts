import { eventually } from '@micro/testing'
import type Stripe from 'stripe'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { errorOf, openAcceptance, type Acceptance } from './sdk.fixture.ts'

let sdk: Acceptance
let stripe: Stripe
beforeAll(async () => {
  sdk = await openAcceptance()
  stripe = sdk.mine.stripe
})
afterAll(() => sdk?.stop())

/** Pays, and gives the charge's id. */
const pay = async (card = 'pm_card_visa', by = stripe): Promise<{ intent: string; charge: string }> => {
  const paid = await by.paymentIntents.create({
    amount: 5000,
    currency: 'usd',
    payment_method: card,
    confirm: true,
    automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
  })
  const { id: intent, latest_charge: charge } = paid
  if (typeof charge !== 'string') throw new Error(`${card} was not charged`)
  return { intent, charge }
}
const eventsOf = async (id: string): Promise<string[]> => {
  const { data } = await stripe.events.list({ limit: 100 })
  return data
    .filter(({ data: { object } }) => (object as { id?: string }).id === id)
    .map(({ type }) => type)
    .toReversed()
}

describe('with the official SDK', () => {
  test('a payment is refunded in parts, to the last cent, and no further', async () => {
    const { intent, charge } = await pay()
    const first = await stripe.refunds.create({ payment_intent: intent, amount: 2000, metadata: { why: 'late' } })
    expect(first).toMatchObject({
      object: 'refund',
      status: 'succeeded',
      amount: 2000,
      charge,
      metadata: { why: 'late' },
    })
    expect(await errorOf(stripe.refunds.create({ charge, amount: 3001 }))).toMatchObject({
      type: 'StripeInvalidRequestError',
      param: 'amount',
      message: 'Refund amount ($30.01) is greater than unrefunded amount on charge ($30.00)',
    })
    const rest = await stripe.refunds.create({ charge, reason: 'requested_by_customer' })
    expect(rest.amount).toBe(3000)
    expect(await errorOf(stripe.refunds.create({ charge }))).toMatchObject({ code: 'charge_already_refunded' })
    expect((await stripe.refunds.list({ charge })).data.map(({ id }) => id)).toEqual([rest.id, first.id])
    const listed: string[] = []
    for await (const refund of stripe.refunds.list({ payment_intent: intent, limit: 1 })) listed.push(refund.id)
    expect(listed).toEqual([rest.id, first.id])
    await eventually(async () => expect(await eventsOf(first.id)).toEqual(['refund.created']))
  })

  test('it is retrieved, changed, and expanded to its charge, intent and balance transaction', async () => {
    const { charge } = await pay()
    const { id } = await stripe.refunds.create({ charge, metadata: { a: '1', b: '2' } })
    expect((await stripe.refunds.update(id, { metadata: { a: '', c: '3' } })).metadata).toEqual({ b: '2', c: '3' })
    const expanded = await stripe.refunds.retrieve(id, {
      expand: ['charge.payment_intent', 'payment_intent', 'balance_transaction'],
    })
    expect(expanded).toMatchObject({
      charge: { id: charge, object: 'charge', payment_intent: { object: 'payment_intent' } },
      payment_intent: { object: 'payment_intent', status: 'succeeded' },
      balance_transaction: { object: 'balance_transaction', amount: -5000, net: -5000, type: 'refund', source: id },
    })
  })

  test('a pending refund is canceled, and one left alone succeeds', async () => {
    const { charge } = await pay('pm_card_pendingRefund')
    const canceled = await stripe.refunds.create({ charge, amount: 1000 })
    expect(canceled.status).toBe('pending')
    expect((await stripe.refunds.cancel(canceled.id)).status).toBe('canceled')
    const { id } = await stripe.refunds.create({ charge, amount: 5000 })
    await eventually(async () => expect((await stripe.refunds.retrieve(id)).status).toBe('succeeded'), {
      timeoutMs: 60_000,
    })
    expect(await errorOf(stripe.refunds.cancel(id))).toMatchObject({ code: 'refund_unexpected_state' })
  })

  test('a refund that fails later says why, gives the money back and tells of it', async () => {
    const { charge } = await pay('pm_card_refundFail')
    const { id } = await stripe.refunds.create({ charge })
    await eventually(async () => expect((await stripe.refunds.retrieve(id)).status).toBe('failed'), {
      timeoutMs: 60_000,
    })
    const failed = await stripe.refunds.retrieve(id, { expand: ['failure_balance_transaction'] })
    expect(failed).toMatchObject({
      failure_reason: 'expired_or_canceled_card',
      failure_balance_transaction: { type: 'refund_failure', net: 5000 },
    })
    const told = ['refund.created', 'refund.updated', 'charge.refund.updated', 'refund.failed']
    await eventually(async () => expect(await eventsOf(id)).toEqual(told))
  })

  test("another merchant's charges and refunds are unknown", async () => {
    const { charge, intent } = await pay()
    const { id } = await stripe.refunds.create({ charge, amount: 1 })
    for (const other of [sdk.theirs.stripe, sdk.mine.liveStripe]) {
      expect(await errorOf(other.refunds.retrieve(id))).toMatchObject({ code: 'resource_missing', statusCode: 404 })
      expect(await errorOf(other.refunds.create({ charge }))).toMatchObject({
        code: 'resource_missing',
        param: 'charge',
      })
      expect(await errorOf(other.refunds.create({ payment_intent: intent }))).toMatchObject({ param: 'payment_intent' })
      expect((await other.refunds.list()).data.map((refund) => refund.id)).not.toContain(id)
    }
  })
})

describe('a dispute, with the official SDK', () => {
  const disputed = async (card: string) => {
    const { charge } = await pay(card)
    const dispute = await eventually(async () => {
      const [found] = (await stripe.disputes.list({ charge })).data
      expect(found).toBeDefined()
      return found!
    })
    return { charge, dispute }
  }

  test('is answered with winning evidence and gives the money back', async () => {
    const { charge, dispute } = await disputed('pm_card_createDispute')
    expect(dispute).toMatchObject({ status: 'needs_response', reason: 'fraudulent', amount: 5000 })
    expect(dispute.balance_transactions).toMatchObject([{ amount: -5000, fee: 1500, net: -6500, type: 'adjustment' }])
    expect(await errorOf(stripe.refunds.create({ charge }))).toMatchObject({ code: 'charge_disputed' })
    await stripe.disputes.update(dispute.id, { evidence: { customer_name: 'Jenny' }, submit: false })
    await stripe.disputes.update(dispute.id, { evidence: { uncategorized_text: 'winning_evidence' } })
    await eventually(async () => expect((await stripe.disputes.retrieve(dispute.id)).status).toBe('won'))
    const won = await stripe.disputes.retrieve(dispute.id, { expand: ['charge', 'payment_intent'] })
    expect(won).toMatchObject({ charge: { id: charge }, evidence: { customer_name: 'Jenny' } })
    expect(won.balance_transactions.map(({ net }) => net)).toEqual([-6500, 5000])
    await eventually(async () =>
      expect(await eventsOf(dispute.id)).toEqual([
        'charge.dispute.created',
        'charge.dispute.funds_withdrawn',
        'charge.dispute.updated',
        'charge.dispute.updated',
        'charge.dispute.funds_reinstated',
        'charge.dispute.closed',
      ]),
    )
  })

  test('is accepted, and lost', async () => {
    const { dispute } = await disputed('pm_card_createDisputeProductNotReceived')
    expect(await stripe.disputes.close(dispute.id)).toMatchObject({ status: 'lost', reason: 'product_not_received' })
    expect(await errorOf(stripe.disputes.close(dispute.id))).toMatchObject({ code: 'dispute_unexpected_state' })
  })

  test('is lost when the merchant lets its time pass, which in test mode takes a moment', async () => {
    const { dispute } = await disputed('pm_card_createDisputeInquiry')
    const { dispute: other } = await disputed('pm_card_createDispute')
    await sdk.mine.test('POST', '/v1/test_helpers/clock/advance', { form: `advance_by=${8 * 24 * 60 * 60}` })
    await eventually(async () => expect((await stripe.disputes.retrieve(other.id)).status).toBe('lost'))
    await eventually(async () => expect((await stripe.disputes.retrieve(dispute.id)).status).toBe('warning_closed'))
    expect((await stripe.disputes.retrieve(other.id)).evidence_details.past_due).toBe(true)
  })

  test('is unknown to another merchant', async () => {
    const { dispute } = await disputed('pm_card_createDispute')
    for (const other of [sdk.theirs.stripe, sdk.mine.liveStripe]) {
      expect(await errorOf(other.disputes.retrieve(dispute.id))).toMatchObject({ code: 'resource_missing' })
      expect(await errorOf(other.disputes.close(dispute.id))).toMatchObject({ code: 'resource_missing' })
      expect((await other.disputes.list()).data).toEqual([])
    }
  })
})
