import type Stripe from 'stripe'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually } from '@micro/testing'
import { errorOf, openAcceptance, type Acceptance } from './sdk.fixture.ts'

let acceptance: Acceptance
let stripe: Stripe
beforeAll(async () => {
  acceptance = await openAcceptance()
  ;({ stripe } = acceptance.mine)
})
afterAll(() => acceptance?.stop())

const pay = (amount: number) =>
  stripe.paymentIntents.create({
    amount,
    currency: 'usd',
    payment_method: 'pm_card_visa',
    confirm: true,
    automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
  })
const advance = (seconds: number) =>
  acceptance.mine.test('POST', '/v1/test_helpers/clock/advance', { form: `advance_by=${seconds}` })
const amountOf = (amounts: readonly Stripe.Balance.Available[]) =>
  amounts.find(({ currency }) => currency === 'usd')?.amount

test('the official SDK reads the balance before, while and after money settles', async () => {
  expect((await stripe.balance.retrieve()).available).toEqual([
    { amount: 0, currency: 'usd', source_types: { card: 0 } },
  ])
  const intent = await pay(1999)
  const { available, pending } = await stripe.balance.retrieve()
  expect([amountOf(available), amountOf(pending)]).toEqual([0, 1911])

  const { data } = await stripe.balanceTransactions.list({ type: 'charge', expand: ['data.source'] })
  expect(data).toHaveLength(1)
  expect(data[0]).toMatchObject({
    amount: 1999,
    fee: 88,
    net: 1911,
    status: 'pending',
    source: { id: intent.latest_charge },
  })
  const charge = await stripe.paymentIntents.retrieve(intent.id, { expand: ['latest_charge.balance_transaction'] })
  expect(charge.latest_charge).toMatchObject({ balance_transaction: { id: data[0]?.id, net: 1911 } })

  expect((await advance(3 * 86_400)).status).toBe(200)
  const settled = await stripe.balance.retrieve()
  expect([amountOf(settled.available), amountOf(settled.pending)]).toEqual([1911, 0])
  expect(await stripe.balanceTransactions.retrieve(data[0]?.id ?? '')).toMatchObject({ status: 'available' })
})

test('the official SDK pays out, cancels, updates and lists payouts, and gets its own error when there is too little', async () => {
  const payout = await stripe.payouts.create({ amount: 1000, currency: 'usd', metadata: { month: '11' } })
  expect(payout).toMatchObject({ object: 'payout', status: 'pending', amount: 1000 })
  expect((await stripe.payouts.update(payout.id, { metadata: { month: '12' } })).metadata).toEqual({ month: '12' })
  const short = await errorOf(stripe.payouts.create({ amount: 1000, currency: 'usd' }))
  expect(short).toMatchObject({ type: 'StripeInvalidRequestError', code: 'balance_insufficient', statusCode: 400 })
  expect(await stripe.payouts.cancel(payout.id)).toMatchObject({
    status: 'canceled',
    failure_balance_transaction: expect.stringMatching(/^txn_/) as string,
  })

  const arriving = await stripe.payouts.create({ amount: 1000, currency: 'usd' })
  const failing = await stripe.payouts.create({ amount: 100, currency: 'usd', destination: 'btok_us_accountClosed' })
  await advance(3 * 86_400)
  await eventually(async () => {
    expect((await stripe.payouts.retrieve(arriving.id)).status).toBe('paid')
    expect(await stripe.payouts.retrieve(failing.id, { expand: ['failure_balance_transaction'] })).toMatchObject({
      status: 'failed',
      failure_code: 'account_closed',
      failure_balance_transaction: { type: 'payout_failure', amount: 100 },
    })
  })
  const listed: string[] = []
  for await (const each of stripe.payouts.list({ limit: 1 })) listed.push(each.id)
  expect(listed).toEqual([failing.id, arriving.id, payout.id])
  await eventually(async () => {
    const { data } = await stripe.events.list({ type: 'payout.paid' })
    expect(data.map(({ data: { object } }) => (object as Stripe.Payout).id)).toEqual([arriving.id])
  })
})

test('of all that, another merchant and live mode see nothing', async () => {
  const [{ id }] = (await stripe.payouts.list()).data as [Stripe.Payout]
  for (const other of [acceptance.theirs.stripe, acceptance.mine.liveStripe]) {
    expect(await errorOf(other.payouts.retrieve(id))).toMatchObject({ code: 'resource_missing', statusCode: 404 })
    expect((await other.balanceTransactions.list()).data).toEqual([])
    expect(amountOf((await other.balance.retrieve()).available)).toBe(0)
  }
  expect(await errorOf(acceptance.mine.liveStripe.payouts.create({ amount: 1, currency: 'usd' }))).toMatchObject({
    code: 'processor_not_configured',
  })
})
