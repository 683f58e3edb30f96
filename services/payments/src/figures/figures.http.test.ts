import type { PaymentFigures } from '@micro/contracts'
import { unixSeconds } from '@micro/kernel'
import { only } from '@micro/postgres'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newMovement, type NewMovement } from '../movements/movement.ts'
import { recordMovement } from '../movements/movement.store.ts'
import { createBench, patientConfig, type Bench } from '../payments.fixture.ts'
import { figuresHandlers } from './figures.http.ts'
import { countPayments, sumMovements } from './figures.store.ts'

let bench: Bench
beforeAll(async () => {
  bench = await createBench({ config: patientConfig })
})
afterAll(() => bench[Symbol.asyncDispose]())

const dayMs = 86_400_000
const now = () => unixSeconds(bench.clock.now())
const pay = async (merchant: string, body: object = {}) =>
  (
    await bench.call('/payments/payment_intents', {
      merchant,
      body: { amount: 1000, currency: 'usd', confirm: true, ...body },
    })
  ).body
const figures = async (merchant: string, bounds: readonly number[]) => {
  const query = bounds.map((second, at) => `bounds[${at}]=${second}`).join('&')
  const answer = await bench.call(`/payments/figures?${query}`, { merchant })
  return { ...answer, body: answer.body as unknown as PaymentFigures }
}
let count = 0
/** A movement of a feature that has its own tests. */
const move = (merchant: string, given: Pick<NewMovement, 'kind' | 'amount'> & Partial<NewMovement>) =>
  bench.database.db.transaction((sql) =>
    recordMovement(
      sql,
      newMovement({
        id: `txn_figures_${++count}`,
        merchant,
        mode: 'test',
        source: `re_figures_${count}`,
        currency: 'usd',
        requestId: 'req_1',
        merchantNow: bench.clock.now(),
        now: bench.clock.now(),
        postingLeaseMs: 15_000,
        ...given,
      }),
    ),
  )
const none = { volume: 0, refunds: 0, disputes: 0, fees: 0, net: 0, paid: 0, failed: 0 }

test('volume, refunds, disputes, fees and what is left, by currency and stretch', async () => {
  const merchant = 'acct_figures'
  const first = now()
  await pay(merchant)
  await pay(merchant)
  await pay(merchant, { amount: 500, currency: 'jpy' })
  const declined = await pay(merchant, { payment_method: 'pm_card_chargeDeclined' })
  expect(declined.error?.code).toBe('card_declined')
  // Nobody tried to pay it, so it is neither.
  await pay(merchant, { confirm: false })
  bench.clock.advance(dayMs)
  const second = now()
  await move(merchant, { kind: 'refund', amount: 300n })
  await move(merchant, { kind: 'refund', amount: 200n })
  await move(merchant, { kind: 'refund_failure', amount: 200n })
  await move(merchant, { kind: 'dispute', amount: 400n, fee: 1500n })
  await move(merchant, { kind: 'processor_fee', amount: 10n })
  await move(merchant, { kind: 'payout', amount: 50n })
  bench.clock.advance(dayMs)
  await pay(merchant)
  const { status, body } = await figures(merchant, [first, second, now()])
  const [usd, jpy] = body.data
  expect([status, body.object, body.livemode, body.data.length]).toEqual([200, 'payment_figures', false, 2])
  const days = [
    { ...none, from: first, until: second, volume: 2000, fees: 118, net: 1882, paid: 2, failed: 1 },
    { ...none, from: second, until: now(), refunds: 300, disputes: 400, fees: 1510, net: -2210 },
  ]
  expect(usd?.series).toEqual(days)
  expect(usd).toMatchObject({
    currency: 'usd',
    volume: 2000,
    refunds: 300,
    disputes: 400,
    fees: 1628,
    net: -328,
    paid: 2,
    failed: 1,
  })
  expect(jpy).toMatchObject({ currency: 'jpy', volume: 500, paid: 1 })
  // The net is what the balance moved by, but for payouts.
  const sums = await bench.database.owner.sql<{ net: bigint }>`
    select sum(net) as net from payments.movements
    where merchant = ${merchant} and currency = 'usd' and kind <> 'payout' and created_at < ${bench.clock.now()}`
  expect(Number(sums[0]?.net)).toBe(usd?.net)
})

test("another merchant's or mode's payments are in none of it", async () => {
  const from = now()
  await pay('acct_alone')
  bench.clock.advance(1_000)
  const of = async (merchant: string) => (await figures(merchant, [from, now()])).body.data
  expect(await of('acct_alone')).toHaveLength(1)
  expect(await of('acct_stranger')).toEqual([])
  const live = await bench.call(`/payments/figures?bounds[0]=${from}&bounds[1]=${now()}`, {
    merchant: 'acct_alone',
    mode: 'live',
  })
  expect(live.body).toMatchObject({ data: [], livemode: true })
})

for (const bounds of [[2, 1], [1]])
  test(`400 for bounds ${bounds.join(', ')}`, async () => {
    const { status, body } = await figures('acct_figures', bounds)
    expect([status, body]).toMatchObject([400, { error: { code: 'parameter_invalid', param: 'bounds' } }])
  })

test("one merchant's figures wait for each other, and another's for none of them", async () => {
  const { db } = bench.database
  const [first, begun] = [Promise.withResolvers<void>(), [] as number[]]
  // The first that is asked takes as long as it is let.
  const transaction: typeof db.transaction = async (...work) => {
    if (begun.push(begun.length) === 1) await first.promise
    return db.transaction(...work)
  }
  const { retrievePaymentFigures: ask } = figuresHandlers({ db: { ...db, transaction } })
  const call = (merchant: string) => ({ principal: { merchant, mode: 'test' }, query: { bounds: [1, 2] } }) as never
  const mine = Array.from({ length: 6 }, async () => ask(call('acct_busy')))
  expect(await ask(call('acct_other'))).toMatchObject({ data: [] })
  expect(begun).toHaveLength(2)
  await expect(ask(call('acct_busy'))).rejects.toMatchObject({ code: 'figures_busy' })
  first.resolve()
  expect(await Promise.all(mine)).toHaveLength(6)
})

test('400 report_too_large: more than the database can read in the time it is given', async () => {
  const blocked = bench.database.owner.transaction(async (sql) => {
    await sql`lock table payments.movements in access exclusive mode`
    const { retrievePaymentFigures: ask } = figuresHandlers({ db: bench.database.db, timeoutMs: 50 })
    const call = { principal: { merchant: 'acct_figures', mode: 'test' }, query: { bounds: [1, 2] } } as never
    await expect(ask(call)).rejects.toMatchObject({ code: 'report_too_large' })
  })
  await blocked
})

test('it is read by indexes that have it in the order of time', async () => {
  const read = await bench.database.db.transaction(async (sql) => {
    // So small a table is sooner read whole.
    await sql`select set_config(name, 'off', true) from unnest(array['enable_seqscan', 'enable_bitmapscan']) as name`
    const rowsRead = async () =>
      Number(
        only(
          await sql<{ read: bigint }>`
          select sum(seq_tup_read + idx_tup_fetch)::int8 as read from pg_stat_xact_user_tables
          where relname in ('movements', 'payment_intents')`,
        ).read,
      )
    const before = await rowsRead()
    const tenant = { merchant: 'acct_figures', mode: 'test' } as const
    const moments = [new Date(0), new Date(1)]
    await sumMovements(sql, tenant, { moments, kinds: ['charge'] })
    await countPayments(sql, tenant, moments)
    return (await rowsRead()) - before
  })
  expect(read).toBe(0)
})
