import { eventually } from '@micro/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { removeTemporaryDirectories } from './harness.ts'
import { idOf, startLivePair, type LivePair } from './live.fixture.ts'

const daySeconds = 86_400

let pair: LivePair
beforeAll(async () => {
  pair = await startLivePair({ MICRO_RECONCILE_GRACE: '0', MICRO_RECONCILE_EVERY: '0' })
}, 180_000)
afterAll(async () => {
  await pair?.[Symbol.asyncDispose]()
  await removeTemporaryDirectories()
}, 180_000)

const advance = (seconds: number) =>
  pair.account.test('POST', '/v1/test_helpers/clock/advance', { body: { advance_by: seconds } })

const ours = async () => {
  const { data } = await pair.stripe.payouts.list()
  const [payout] = data
  if (payout === undefined) throw new Error('none yet')
  return payout
}

const netOf = async (): Promise<number> => {
  const { available, pending } = await pair.stripe.balance.retrieve()
  return [...available, ...pending].reduce((sum, { amount }) => sum + amount, 0)
}

test('payouts that a processor makes are ours, with what they move, however often and in which order they are told', async () => {
  const { latest_charge: charge } = await pair.pay()
  await pair.pass('charge.succeeded', idOf((await pair.paidThere(charge)).latest_charge))
  await eventually(async () => expect(await netOf()).toBe(1945))
  await advance(3 * daySeconds)

  const theirs = await pair.there.payouts.create({ amount: 1000, currency: 'usd' })
  for (let times = 0; times < 2; times++) await pair.pass('payout.created', theirs.id)
  const payout = await eventually(ours)
  expect(payout).toMatchObject({ amount: 1000, status: 'pending', livemode: true, automatic: false })
  await eventually(async () => expect(await netOf()).toBe(945))
  await expect(pair.stripe.payouts.cancel(payout.id)).rejects.toMatchObject({ code: 'payout_of_processor' })

  await advance(3 * daySeconds)
  await eventually(async () => expect((await pair.there.payouts.retrieve(theirs.id)).status).toBe('paid'))
  await pair.pass('payout.paid', theirs.id)
  await eventually(async () => expect((await ours()).status).toBe('paid'))
  await pair.pass('payout.created', theirs.id)

  const refused = await pair.there.payouts.create({
    amount: 300,
    currency: 'usd',
    destination: 'btok_us_accountClosed',
  })
  await advance(3 * daySeconds)
  await eventually(async () => expect((await pair.there.payouts.retrieve(refused.id)).status).toBe('failed'))
  // Its making is never told: what was missed is learnt with what comes next.
  await pair.pass('payout.failed', refused.id)
  await eventually(async () =>
    expect(await ours()).toMatchObject({ amount: 300, status: 'failed', failure_code: 'account_closed' }),
  )
  expect((await ours()).id).not.toBe(payout.id)
  expect(await netOf()).toBe(945)

  await eventually(async () => {
    const { data } = await pair.stripe.events.list({ type: 'payout.*', limit: 100 })
    const types = data.map(({ type }) => type as string).toReversed()
    expect(types.filter((type) => type !== 'payout.updated')).toEqual([
      'payout.created',
      'payout.paid',
      'payout.created',
      'payout.failed',
    ])
  })
  const { id } = (await pair.merchant.live('POST', '/payments/reconciliations', { body: {} })).body
  await eventually(
    async () => expect((await pair.merchant.live('GET', `/payments/reconciliations/${id}`)).body.status).toBe('clean'),
    { timeoutMs: 60_000 },
  )
}, 180_000)
