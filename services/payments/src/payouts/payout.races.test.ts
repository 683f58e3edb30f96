/** No payout draws the available balance below zero: many at once, beside refunds, crashes and a ledger that is away. */
import { Fault } from '@micro/kernel'
import type { Balance } from '@micro/contracts'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { mortal } from '../mortal.fixture.ts'
import { newMovement } from '../movements/movement.ts'
import { recordMovement } from '../movements/movement.store.ts'
import { createBench, patientConfig, type Answer, type Bench, type CallOptions } from '../payments.fixture.ts'

let bench: Bench
beforeAll(async () => {
  bench = await createBench({ config: patientConfig })
})
afterAll(() => bench[Symbol.asyncDispose]())
beforeEach(() => {
  bench.ledger.behaviour = 'up'
})

const earn = async (merchant: string, { amount, pending = 0 }: { amount: number; pending?: number }) => {
  const pay = (gross: number) =>
    bench.call('/payments/payment_intents', { merchant, body: { amount: gross, currency: 'usd', confirm: true } })
  await pay(amount)
  await bench.call('/v1/test_helpers/clock/advance', { merchant, body: { advance_by: 3 * 86_400 } })
  for (let at = 0; at < pending; at++) await pay(1000)
}
const payOut = (
  merchant: string,
  amount: number,
  { call = bench.call, ...options }: CallOptions & Partial<Bench> = {},
) => call('/v1/payouts', { merchant, body: { amount, currency: 'usd' }, ...options })
const availableOf = async (merchant: string): Promise<number> =>
  ((await bench.call('/v1/balance', { merchant })).body as unknown as Balance).available[0]?.amount ?? 0
const tally = (answers: readonly Answer[]) => {
  const counts: Record<string, number> = {}
  for (const { status, body } of answers) {
    const key = status === 200 ? '200' : String(body.error['code'])
    counts[key] = (counts[key] ?? 0) + 1
  }
  return counts
}
/** Σ of everything recorded, beside what the ledger has. */
const foldOf = async (merchant: string): Promise<[recorded: bigint, booked: bigint]> => {
  const rows = await bench.database.db.sql<{ net: bigint }>`
    select net from payments.movements where merchant = ${merchant}`
  let booked = 0n
  for (const { merchant: whose, entries } of bench.ledger.booked.values())
    for (const { account_id, amount, direction } of entries)
      if (whose === merchant && account_id === 'sys_merchant_balance_usd')
        booked += BigInt(amount) * (direction === 'credit' ? 1n : -1n)
  return [rows.reduce((sum, { net }) => sum + net, 0n), booked]
}

let refunds = 0
const refund = async (merchant: string, amount: bigint) => {
  const now = bench.clock.now()
  const movement = newMovement({
    id: `txn_r${++refunds}`,
    merchant,
    mode: 'test',
    kind: 'refund',
    source: `re_${refunds}`,
    amount,
    currency: 'usd',
    requestId: 'req_1',
    merchantNow: now,
    now,
    postingLeaseMs: 15_000,
  })
  await bench.database.db.transaction((sql) => recordMovement(sql, movement))
  await bench.parts.movements.post(movement)
}

test(
  'of 200 payouts at once by two processes, exactly as many succeed as there is money for',
  { timeout: 180_000 },
  async () => {
    const merchant = 'acct_many'
    await earn(merchant, { amount: 10_330, pending: 3 })
    const available = await availableOf(merchant)
    expect(available).toBe(10_000)
    const other = bench.another().call
    // Each asks again when it is told to.
    const persistently = async (call: Bench['call']): Promise<Answer> => {
      for (;;) {
        const answer = await payOut(merchant, 100, { call })
        if (answer.status !== 429) return answer
      }
    }
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, at) => persistently(at % 2 === 0 ? bench.call : other)),
    )
    expect(tally(answers)).toEqual({ '200': 100, balance_insufficient: 100 })
    expect(await availableOf(merchant)).toBe(0)
    const [recorded, booked] = await foldOf(merchant)
    expect(booked).toBe(recorded)
  },
)

/** Notes what is taken from balances in the order in which it is: the row that it is noted from is locked. */
const watchDraws = () => bench.database.owner.sql`
  do $$ begin
    create table payments.draws_seen (nth bigint generated always as identity, merchant text, taken numeric);
    create function payments.see_draw() returns trigger language plpgsql security definer as $body$
    begin
      insert into payments.draws_seen (merchant, taken) values (new.merchant, coalesce(old.drawn, 0) - new.drawn);
      return null;
    end $body$;
    create trigger see_draw after insert or update on payments.balance_draws for each row execute function payments.see_draw();
  end $$`

test('beside refunds, what payouts took is never more than was available when they took it', async () => {
  const merchant = 'acct_refunds'
  await watchDraws()
  await earn(merchant, { amount: 10_330 })
  const answers = await Promise.all([
    ...Array.from({ length: 40 }, () => payOut(merchant, 300)),
    ...Array.from({ length: 40 }, () => refund(merchant, 100n).then(() => undefined)),
  ])
  const paid = tally(answers.filter((answer) => answer !== undefined))['200'] ?? 0
  const seen = await bench.database.owner.sql<{ taken: bigint }>`
    select taken from payments.draws_seen where merchant = ${merchant} and taken > 0 order by nth`
  let left = 10_000n
  for (const { taken } of seen) {
    left -= taken
    if (taken === 300n) expect(left, 'a payout drew the balance below zero').toBeGreaterThanOrEqual(0n)
  }
  expect(paid).toBeGreaterThan(10)
  expect(await availableOf(merchant)).toBe(10_000 - 300 * paid - 4_000)
})

test('while the ledger hangs or loses its answers, money that is on its way to it is not paid out twice', async () => {
  const merchant = 'acct_lost'
  await earn(merchant, { amount: 1061 })
  expect(await availableOf(merchant)).toBe(1000)
  for (const behaviour of ['answer_lost', 'hangs'] as const) {
    bench.ledger.behaviour = behaviour
    expect((await payOut(merchant, 400)).status).toBe(200)
  }
  expect((await payOut(merchant, 400)).body.error['code']).toBe('balance_insufficient')
  bench.ledger.behaviour = 'up'
  expect(await availableOf(merchant)).toBe(200)
  bench.clock.advance(16_000)
  await bench.parts.movements.round()
  expect(await availableOf(merchant)).toBe(200)
  expect((await payOut(merchant, 201)).body.error['code']).toBe('balance_insufficient')
  expect((await payOut(merchant, 200)).status).toBe(200)
})

test('without the ledger nobody is paid, and nothing is recorded', async () => {
  const merchant = 'acct_away'
  await earn(merchant, { amount: 1061 })
  bench.ledger.behaviour = 'down'
  const answer = await payOut(merchant, 100)
  expect([answer.status, answer.body.error['code']]).toEqual([503, 'upstream_unavailable'])
  bench.ledger.behaviour = 'up'
  expect(await availableOf(merchant)).toBe(1000)
})

for (const when of ['before', 'after'] as const)
  test(
    `a process that dies ${when} any effect of a payout or of its steps leaves one payout, posted once`,
    { timeout: 180_000 },
    async () => {
      for (let killAt = 1; ; killAt++) {
        const merchant = `acct_${when}${killAt}`
        await earn(merchant, { amount: 1061 })
        const life = mortal()
        const { call, parts } = bench.another({
          db: life.db(bench.database.db),
          ledger: life.ledger(bench.ledger.client),
        })
        life.arm(killAt, when)
        await payOut(merchant, 1000, { call, key: 'once' })
        bench.clock.advance(16_000)
        const answer = await payOut(merchant, 1000, { key: 'once' })
        const where = `killed ${when} step ${killAt}: ${answer.text}`
        expect(answer.status, where).toBe(200)
        await bench.call('/v1/test_helpers/clock/advance', { merchant, body: { advance_by: 3 * 86_400 } })
        // What is left of the process's life goes into the steps.
        await parts.payouts.round().catch((error: unknown) => {
          if (error instanceof Fault) throw error
        })
        while (await bench.parts.payouts.round()) continue
        bench.clock.advance(16_000)
        await bench.parts.movements.round()
        const payouts = await bench.database.db.sql`select status from payments.payouts where merchant = ${merchant}`
        expect(payouts, where).toEqual([{ status: 'paid' }])
        const kinds = await bench.database.db.sql`
        select kind, posting from payments.movements where merchant = ${merchant} order by kind`
        expect(kinds, where).toEqual(['charge', 'payout', 'payout_paid'].map((kind) => ({ kind, posting: 'done' })))
        expect(
          (await bench.events(answer.body.id)).map(({ type }) => type),
          where,
        ).toEqual(['payout.created', 'payout.updated', 'payout.paid'])
        const [recorded, booked] = await foldOf(merchant)
        expect([recorded, booked], where).toEqual([0n, 0n])
        if (!life.died()) return expect(killAt).toBeGreaterThan(15)
        expect(killAt, 'more effects than expected').toBeLessThan(80)
      }
    },
  )

test('a charge that comes in while a payout looks at the balance takes nothing from it', async () => {
  const merchant = 'acct_charged_meanwhile'
  await earn(merchant, { amount: 10_000 })
  let meanwhile = 0
  const { call } = bench.another({
    ledger: {
      ...bench.ledger.client,
      readSystemBalances: async (asked) => {
        const told = await bench.ledger.client.readSystemBalances(asked)
        if (meanwhile++ === 0) {
          const body = { amount: 5000, currency: 'usd', confirm: true }
          expect((await bench.call('/payments/payment_intents', { merchant, body })).body.status).toBe('succeeded')
        }
        return told
      },
    },
  })
  expect((await payOut(merchant, 9_000, { call })).status).toBe(200)
  expect(meanwhile, 'it looked again').toBe(2)
  expect((await payOut(merchant, 9_000)).body.error['code'], 'what is pending stays so').toBe('balance_insufficient')
})
