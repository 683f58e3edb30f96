import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { eventually } from '@micro/testing'
import pg from 'pg'
import type Stripe from 'stripe'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { removeTemporaryDirectories, type Micro } from './harness.ts'
import { idOf, startLivePair, type LivePair } from './live.fixture.ts'

let pair: LivePair
beforeAll(async () => {
  pair = await startLivePair({ MICRO_RECONCILE_GRACE: '0', MICRO_RECONCILE_EVERY: '0' })
}, 180_000)
afterAll(async () => {
  await pair?.[Symbol.asyncDispose]()
  await removeTemporaryDirectories()
}, 180_000)

/** Makes a mistake in a Micro's own book of payments. */
const spoil = async ({ dataDir, instance }: Micro, sql: string, values: unknown[]): Promise<void> => {
  const password = await readFile(join(dataDir, 'postgres', 'secrets', 'superuser-password'), 'utf8')
  const url = Object.assign(new URL(instance.databases.payments.url), {
    username: 'postgres',
    password: password.trim(),
  })
  const client = new pg.Client({ connectionString: url.href })
  await client.connect()
  await client.query(sql, values)
  await client.end()
}

/** A balance transaction, with the member that is Micro's own. */
const transactionOf = async (source: string | { id: string } | null) => {
  const charge = await pair.stripe.charges.retrieve(idOf(source), { expand: ['balance_transaction'] })
  return charge.balance_transaction as Stripe.BalanceTransaction & { processor_fee: number | null }
}

const movedBy = async (source: string | { id: string } | null) => {
  const { data } = await pair.stripe.balanceTransactions.list({ source: idOf(source), limit: 100 })
  return data.map(({ type, amount, fee, net }) => [type, amount, fee, net]).toReversed()
}

const reconcile = async () => {
  const { id } = (await pair.merchant.live('POST', '/payments/reconciliations', { body: {} })).body
  const run = await eventually(
    async () => {
      const { body } = await pair.merchant.live('GET', `/payments/reconciliations/${id}`)
      expect(body.status).not.toBe('running')
      return body
    },
    { timeoutMs: 60_000 },
  )
  const { data } = (await pair.merchant.live('GET', `/payments/reconciliations/${id}/differences?limit=100`)).body
  return { run, found: data.map((each) => [each['kind'], each['subject'], each['amount_there_str']]) }
}

const chargeThere = async (charge: string | { id: string } | null): Promise<string> =>
  idOf((await pair.paidThere(charge)).latest_charge)

describe('the fee of a processor', () => {
  test('is null until it tells, and then a movement of its own, however often it is told', async () => {
    const { latest_charge: charge } = await pair.pay()
    expect(await transactionOf(charge)).toMatchObject({ amount: 2000, fee: 0, net: 2000, processor_fee: null })
    const theirs = await chargeThere(charge)
    for (let times = 0; times < 2; times++) await pair.pass('charge.succeeded', theirs)
    // 1.5 % and 0.25, as the processor has them.
    await eventually(async () => expect((await transactionOf(charge)).processor_fee).toBe(55))
    await pair.pass('charge.succeeded', theirs)
    expect(await movedBy(charge)).toEqual([
      ['charge', 2000, 0, 2000],
      ['stripe_fee', -55, 0, -55],
    ])
    const ledger = await pair.merchant.live(
      'GET',
      `/ledger/transactions?reference_id=micro:processor_fee:${idOf(charge)}`,
    )
    const [{ entries }] = ledger.body.data as unknown as [{ entries: { account_id: string; amount_str: string }[] }]
    expect(entries.map(({ account_id, amount_str }) => [account_id, amount_str]).toSorted()).toEqual([
      ['sys_merchant_balance_usd', '-55'],
      ['sys_processor_receivable_usd', '55'],
    ])
  })

  test('of a dispute is told with it, and kept when it is won', async () => {
    const { latest_charge: charge } = await pair.pay('tok_createDispute')
    const paid = await pair.paidThere(charge)
    const theirs = await eventually(async () => {
      const [found] = (await pair.there.disputes.list({ payment_intent: paid.id })).data
      if (found === undefined) throw new Error('none yet')
      return found
    })
    await pair.pass('charge.dispute.funds_withdrawn', theirs.id)
    const dispute = await eventually(async () => {
      const [found] = (await pair.stripe.disputes.list({ charge: idOf(charge) })).data
      if (found === undefined) throw new Error('none yet')
      return found
    })
    await eventually(async () =>
      expect(await movedBy(dispute.id)).toEqual([
        ['adjustment', -2000, 0, -2000],
        ['stripe_fee', -1500, 0, -1500],
      ]),
    )
  })
})

describe('the books of live mode', () => {
  test('agree with what the processor settled, and what nobody told of is learnt', async () => {
    const { latest_charge: charge } = await pair.pay()
    await pair.stripe.refunds.create({ charge: idOf(charge), amount: 300 })
    const captured = await pair.pay('tok_visa', { capture_method: 'manual' })
    await pair.stripe.paymentIntents.capture(captured.id, { amount_to_capture: 1500 })
    const { run, found } = await reconcile()
    expect([run.status, found]).toEqual(['clean', []])
    expect(run['settlement_lines']).toBeGreaterThanOrEqual(4)
    expect((await transactionOf(charge)).processor_fee).toBe(55)
    // 1.5 % of 15.00, rounded, and 0.25.
    expect((await transactionOf(captured.latest_charge)).processor_fee).toBe(48)
    expect((await reconcile()).run.status).toBe('clean')
  }, 180_000)

  test('differ where it settled otherwise, by name', async () => {
    const [lost, wrong, byHand] = await Promise.all([pair.pay(), pair.pay(), pair.pay()])
    const [lostThere, wrongThere] = [await chargeThere(lost.latest_charge), await chargeThere(wrong.latest_charge)]
    await spoil(pair.theirs, 'delete from payments.movements where source = $1', [lostThere])
    await spoil(pair.theirs, 'update payments.movements set amount = 1999, net = 1999 - fee where source = $1', [
      wrongThere,
    ])
    const paid = await pair.paidThere(byHand.latest_charge)
    const refund = await pair.there.refunds.create({ payment_intent: paid.id, amount: 100 })
    const { run, found } = await reconcile()
    expect(run.status).toBe('different')
    expect(found.toSorted()).toEqual(
      [
        ['amount_differs', wrong.latest_charge, '1999'],
        ['missing_at_processor', lost.latest_charge, null],
        ['missing_here', refund.id, '-100'],
      ].toSorted(),
    )
  }, 180_000)

  test('are still compared with the ledger when its key may not read what was settled', async () => {
    const keys = await pair.account.session('GET', '/auth/api_keys')
    expect(keys.status).toBe(200)
    await pair.account.session('DELETE', `/auth/api_keys/${pair.account.keyId}`)
    await eventually(async () => expect((await pair.account.test('GET', '/v1/balance')).status).toBe(401))
    const { run, found } = await reconcile()
    expect([run.status, found, run['settlement_lines']]).toEqual(['clean', [], 0])
  }, 180_000)
})
