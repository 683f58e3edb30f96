import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Misbehaviour } from '../../services/payments/src/payments.fixture.ts'
import { openMoneyWorld, type MoneyWorld } from './lives.fixture.ts'

const rounds = Number(process.env['MICRO_MONEY_ROUNDS'] ?? 25)
const seed = Number(process.env['MICRO_MONEY_SEED'] ?? 20_261_126)

let world: MoneyWorld
beforeAll(async () => {
  world = await openMoneyWorld()
}, 180_000)
afterAll(() => world.close())

/** Things that may happen to a merchant's money. `at` picks one of what there is, so every sequence makes sense. */
type Step =
  | { readonly do: 'pay'; readonly card: string; readonly amount: number }
  | { readonly do: 'authorise'; readonly card: string; readonly amount: number }
  | { readonly do: 'capture'; readonly at: number; readonly share: number }
  | { readonly do: 'cancel'; readonly at: number }
  | { readonly do: 'payout'; readonly share: number }
  | { readonly do: 'refund'; readonly at: number; readonly share: number; readonly trouble: Misbehaviour }
  | { readonly do: 'cancel_refund' | 'accept' | 'win' | 'lose'; readonly at: number }
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'settle' }

const cards = [
  'pm_card_visa',
  'pm_card_chargeDeclined',
  'pm_card_pendingRefund',
  'pm_card_refundFail',
  'pm_card_createDispute',
  'pm_card_createDisputeProductNotReceived',
  'pm_card_createDisputeInquiry',
]
const day = 24 * 60 * 60 * 1_000
const at = fc.nat(20)
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('authorise' as const),
      card: fc.constantFrom(...cards),
      amount: fc.integer({ min: 50, max: 20_000 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('capture' as const), at, share: fc.constantFrom(0, 0.5, 1) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('cancel' as const), at }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('payout' as const), share: fc.constantFrom(0.4, 1, 1.1) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('pay' as const),
      card: fc.constantFrom(...cards),
      amount: fc.integer({ min: 50, max: 20_000 }),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('refund' as const),
      at,
      share: fc.constantFrom(0, 0.3, 0.5, 1, 1.2),
      trouble: fc.constantFrom(undefined, undefined, undefined, 'throws_before' as const, 'throws_after' as const),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom('cancel_refund' as const, 'accept' as const, 'win' as const, 'lose' as const),
      at,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(1_000, 6_000, day, 8 * day) }),
  },
  { weight: 3, arbitrary: fc.constant({ do: 'settle' as const }) },
)

const play = async (merchant: string, steps: readonly Step[]): Promise<void> => {
  const { bench } = world
  const ask = (path: string, body?: object) => bench.call(path, { merchant, ...(body === undefined ? {} : { body }) })
  const idsOf = async (list: string): Promise<string[]> =>
    (await ask(`${list}?limit=100`)).body.data.map(({ id }) => id)
  const charges: { id: string; amount: number }[] = []
  const authorised: { intent: string; charge: string; amount: number }[] = []
  const pick = <T>(all: readonly T[], index: number): T | undefined => all[index % Math.max(1, all.length)]

  const take: { [D in Step['do']]: (step: Extract<Step, { do: D }>) => Promise<unknown> } = {
    pay: async ({ card, amount }) => {
      const { body } = await ask('/v1/payment_intents', {
        amount,
        currency: 'usd',
        payment_method: card,
        confirm: true,
      })
      if (body.latest_charge !== undefined && body.latest_charge !== null)
        charges.push({ id: body.latest_charge, amount })
    },
    authorise: async ({ card, amount }) => {
      const { body } = await ask('/v1/payment_intents', {
        amount,
        currency: 'usd',
        payment_method: card,
        confirm: true,
        capture_method: 'manual',
      })
      if (body.status === 'requires_capture')
        authorised.push({ intent: body.id, charge: String(body.latest_charge), amount })
    },
    capture: async ({ at: index, share }) => {
      const held = pick(authorised, index)
      if (held === undefined) return
      const amount = Math.floor(held.amount * share)
      const { status } = await ask(
        `/v1/payment_intents/${held.intent}/capture`,
        amount === 0 ? {} : { amount_to_capture: amount },
      )
      if (status === 200) charges.push({ id: held.charge, amount: amount === 0 ? held.amount : amount })
    },
    cancel: async ({ at: index }) => {
      const held = pick(authorised, index)
      if (held !== undefined) await ask(`/v1/payment_intents/${held.intent}/cancel`, {})
    },
    payout: async ({ share }) => {
      const balance = (await ask('/v1/balance')).body as unknown as { available: { amount: number }[] }
      const amount = Math.floor((balance.available[0]?.amount ?? 0) * share)
      if (amount > 0) await ask('/v1/payouts', { amount, currency: 'usd' })
    },
    refund: async ({ at: index, share, trouble }) => {
      const charge = pick(charges, index)
      if (charge === undefined) return
      if (trouble !== undefined) bench.processor.refunding.push(trouble)
      const amount = Math.floor(charge.amount * share)
      await ask('/v1/refunds', { charge: charge.id, ...(amount === 0 ? {} : { amount }) })
      bench.processor.refunding.length = 0
    },
    cancel_refund: async ({ at: index }) => {
      const id = pick(await idsOf('/v1/refunds'), index)
      if (id !== undefined) await ask(`/v1/refunds/${id}/cancel`, {})
    },
    accept: async ({ at: index }) => {
      const id = pick(await idsOf('/v1/disputes'), index)
      if (id !== undefined) await ask(`/v1/disputes/${id}/close`, {})
    },
    win: async ({ at: index }) => {
      const id = pick(await idsOf('/v1/disputes'), index)
      if (id !== undefined) await ask(`/v1/disputes/${id}`, { evidence: { uncategorized_text: 'winning_evidence' } })
    },
    lose: async ({ at: index }) => {
      const id = pick(await idsOf('/v1/disputes'), index)
      if (id !== undefined) await ask(`/v1/disputes/${id}`, { evidence: { uncategorized_text: 'losing_evidence' } })
    },
    wait: ({ ms }) => Promise.resolve(world.advance(ms)),
    settle: () => world.settle(),
  }
  for (const each of steps) await (take[each.do] as (step: Step) => Promise<unknown>)(each)
  // Leases and retries run out, and whatever was begun comes to its end.
  for (let times = 0; times < 3; times++) {
    world.advance(6 * 60_000)
    await world.settle()
  }
}

/** What must hold of a merchant's money, whatever happened to it. */
const check = async (merchant: string): Promise<void> => {
  expect(await world.unposted(merchant)).toEqual([])
  expect(await world.overRefunded(merchant)).toEqual([])
  expect(await world.balanceOf(merchant, 'sys_merchant_balance_usd')).toBe(await world.shownNet(merchant))
  expect(await world.balanceOf(merchant, 'sys_fee_revenue_usd')).toBe(await world.fees(merchant))
  expect(await world.balanceOf(merchant, 'sys_dispute_reserve_usd')).toBe(await world.openDisputes(merchant))
  const received = await world.moved(merchant, 'charge', 'refund', 'refund_failure')
  const left = await world.moved(merchant, 'dispute_lost', 'payout_paid')
  expect(await world.balanceOf(merchant, 'sys_processor_receivable_usd')).toBe(received - left)
  // Authorisations are remembered until they end, and then no more.
  expect(await world.balanceOf(merchant, 'sys_authorisations_usd')).toBe(
    (await world.moved(merchant, 'authorisation')) - (await world.moved(merchant, 'authorisation_release')),
  )
}

test(
  `whatever happens to money, in ${rounds} random lives of merchants, the ledger and the balances say the same`,
  { timeout: 400_000 },
  async () => {
    let lives = 0
    const property = fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), async (steps) => {
      const merchant = `acct_life_${++lives}`
      await play(merchant, steps)
      await check(merchant)
    })
    await fc.assert(property, { numRuns: rounds, seed, endOnFailure: true })
    await world.expectSound()
    // The lives were full ones.
    const kinds = await world.bench.database.db.sql<{ kind: string }>`select distinct kind from payments.movements`
    expect(kinds.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining([
        'authorisation',
        'authorisation_release',
        'charge',
        'dispute',
        'dispute_lost',
        'dispute_reversal',
        'payout',
        'payout_paid',
        'refund',
        'refund_failure',
      ]),
    )
  },
)
