/** Balances are the fold of balance transactions and what the ledger has, whatever happens in between. */
import type { Balance, BalanceTransaction, LedgerTransaction, Payout } from '@micro/contracts'
import { seededRandom } from '@micro/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openMoney, type Money } from './world.ts'

const seeds = (process.env['SEED'] ?? '1,2').split(',').map(Number)
const steps = 60
const currencies = ['usd', 'jpy', 'kwd'] as const

let money: Money
beforeAll(async () => {
  money = await openMoney()
})
afterAll(() => money.close())

const allOf = async <T extends { id: string }>(read: (after: string) => Promise<{ data: T[]; has_more: boolean }>) => {
  const rows: T[] = []
  for (;;) {
    const last = rows.at(-1)
    const { data, has_more } = await read(last === undefined ? '' : `&starting_after=${last.id}`)
    rows.push(...data)
    if (!has_more) return rows
  }
}
const transactionsOf = (merchant: string) =>
  allOf(
    async (after) =>
      (await money.call(`/v1/balance_transactions?limit=100${after}`, { merchant })).body as unknown as {
        data: BalanceTransaction[]
        has_more: boolean
      },
  )
const ledgerOf = (merchant: string) =>
  allOf((after) =>
    money.get<{ data: LedgerTransaction[]; has_more: boolean }>(`/ledger/transactions?limit=100${after}`, { merchant }),
  )
const standingOf = async (merchant: string) => {
  const balance = (await money.call('/v1/balance', { merchant })).body as unknown as Balance
  return new Map(
    balance.available.map(({ currency, amount }) => [
      currency,
      { available: amount, pending: balance.pending.find((each) => each.currency === currency)?.amount ?? 0 },
    ]),
  )
}

for (const seed of seeds)
  test(`with postings that fail or lose their answers, seed ${seed}`, { timeout: 180_000 }, async () => {
    const random = seededRandom(seed)
    const { chance } = random
    const merchant = `acct_seed${seed}`
    money.let(() => (chance(0.3) ? (chance(0.5) ? 'before' : 'after') : undefined))

    const charge = async (currency: string) => {
      const amount = random.between(5, 5_000) * 10
      const body = { amount, currency, confirm: true }
      expect((await money.call('/payments/payment_intents', { merchant, body })).status).toBe(201)
    }
    const take = async (currency: string) => {
      const kind = chance(0.8) ? 'refund' : 'dispute'
      const amount = BigInt(random.between(1, 2_000))
      const movement = await money.record({ merchant, currency, kind, amount, fee: kind === 'dispute' ? 1500n : 0n })
      // As when the process dies between its commit and the posting.
      if (chance(0.7)) await money.payments.movements.post(movement)
    }
    const payOut = async (currency: string) => {
      const before = (await standingOf(merchant)).get(currency)?.available ?? 0
      const amount = random.between(1, Math.max(1, Math.floor(Math.abs(before) / 10)) + 20) * 10
      const destination = chance(0.3) ? 'btok_us_noAccount' : 'btok_us_verified'
      const { status } = await money.call('/v1/payouts', { merchant, body: { amount, currency, destination } })
      expect([status, amount <= before], `${amount} of ${before} ${currency}`).toEqual([
        amount <= before ? 200 : 400,
        amount <= before,
      ])
    }
    const cancel = async () => {
      const { data } = (await money.call('/v1/payouts?status=pending', { merchant })).body as unknown as {
        data: Payout[]
      }
      if (data[0] !== undefined) await money.call(`/v1/payouts/${data[0].id}/cancel`, { merchant, body: {} })
    }
    const advance = async () => {
      const body = { advance_by: random.between(1, 2 * 86_400) }
      await money.call('/v1/test_helpers/clock/advance', { merchant, body })
      while (await money.payments.payouts.round()) continue
    }
    const deeds = [charge, charge, charge, take, payOut, payOut, cancel, advance]

    for (let step = 0; step < steps; step++) {
      const deed = random.pick(deeds)
      await deed(random.pick(currencies))
      money.clock.advance(random.between(0, 20_000))
      if (chance(0.2)) await money.payments.movements.round()

      const transactions = await transactionsOf(merchant)
      for (const [currency, { available, pending }] of await standingOf(merchant)) {
        const own = transactions.filter((each) => each.currency === currency)
        const sum = (status?: string) =>
          own.reduce((total, { net, status: is }) => total + (status === undefined || status === is ? net : 0), 0)
        expect([available, pending], `step ${step}, ${deed.name} in ${currency}`).toEqual([
          sum('available'),
          sum('pending'),
        ])
      }
    }

    money.let(() => undefined)
    money.clock.advance(120_000)
    while (await money.payments.movements.round()) continue
    const transactions = await transactionsOf(merchant)
    for (const currency of currencies) {
      const sum = transactions.reduce((total, each) => total + (each.currency === currency ? each.net : 0), 0)
      expect(await money.balanceOf(merchant, `sys_merchant_balance_${currency}`)).toBe(sum)
    }
    const booked = await ledgerOf(merchant)
    const references = booked.map(({ reference_id }) => reference_id)
    expect(new Set(references).size).toBe(references.length)
    const shown = booked.filter(({ reference_id }) => !reference_id.startsWith('micro:payout_paid:'))
    expect(shown.map(({ metadata }) => metadata['balance_transaction']).toSorted()).toEqual(
      transactions.map(({ id }) => id).toSorted(),
    )
    for (const { debits_str, credits_str } of (await money.trialBalance(merchant)).totals)
      expect(debits_str).toBe(credits_str)
  })
