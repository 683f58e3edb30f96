/** A book in which much happens: dates of effect before and after their recording, closed periods, late facts, holds. */
import { unixSeconds } from '@micro/kernel'
import { only } from '@micro/postgres'
import type { Seeded } from '@micro/testing'
import { expect } from 'vitest'
import { merchant, move, payments, type Ledger } from './ledger.ts'
import { write } from './raw-transaction.ts'

export const accountTypes = {
  'cash:one': 'asset',
  'cash:two': 'asset',
  'owed.one': 'liability',
  sales_one: 'revenue',
  costs: 'expense',
} as const

const names = Object.keys(accountTypes)
const systemAccounts = [
  { id: 'sys_receivable', name: 'Receivable', type: 'asset' },
  { id: 'sys_balance', name: 'Balance', type: 'liability' },
]

/** Holds an amount in the book of acct_a, or gives back what the hold at a seq took. Resolves with its seq. */
const hold = async (ledger: Ledger, reference: string, given?: bigint): Promise<bigint> => {
  const { sql } = ledger.database.owner
  ledger.clock.advance(1)
  const amount = given === undefined ? 70 : -70
  await write(sql, {
    kind: given === undefined ? 'hold' : 'release',
    parent: given,
    reference,
    at: ledger.clock.now().toISOString(),
    layers: ['pending', 'pending'],
    entries: [
      ['cash:one', amount],
      ['owed.one', -amount],
    ],
  })
  const rows = await sql<{ seq: bigint }>`select last_seq as seq from ledger.books where merchant = 'acct_a'`
  return only(rows).seq
}

/** Fills the test book of `who` with `steps` random steps. Resolves with the first and last second of it. */
export const fillAtRandom = async (ledger: Ledger, random: Seeded, { who, steps }: { who: string; steps: number }) => {
  const me = merchant(who)
  const from = unixSeconds(ledger.clock.now())
  let closed = 0
  let held: bigint | undefined
  for (const [id, type] of Object.entries(accountTypes)) await ledger.account(me, id, { type })
  for (let step = 0; step < steps; step++) {
    if (random.chance(0.6)) ledger.clock.advance(random.between(1, 4_000))
    const now = unixSeconds(ledger.clock.now())
    const effective = random.chance(0.5) ? {} : { effective_at: now + random.between(-60, 20) }
    const [first, second] = [random.pick(names), random.pick(names)]
    if (who === 'acct_a' && random.chance(0.1)) {
      const seq = await hold(ledger, `h${step}`, held)
      held = held === undefined ? seq : undefined
    } else if (random.chance(0.05)) {
      const closes_through = now - random.between(1, 40)
      const { status, body } = await ledger.post(me, '/ledger/periods', { closes_through })
      expect([status, body]).toEqual([closes_through > closed ? 201 : closes_through === closed ? 200 : 409, body])
      closed = Math.max(closed, closes_through)
    } else if (random.chance(0.2)) {
      const { status, body } = await ledger.post(payments, '/internal/transactions', {
        merchant: who,
        mode: 'test',
        reference_id: `micro:${step}`,
        currency: 'usd',
        accounts: systemAccounts,
        entries: move(random.between(1, 1_000), { from: 'sys_receivable', to: 'sys_balance' }),
        ...effective,
      })
      expect([status, body]).toEqual([201, body])
    } else if (first !== second) {
      const entries = move(random.between(1, 1_000), { from: first, to: second })
      if (random.chance(0.3)) entries.push(...move(random.between(1, 1_000), { from: second, to: first }))
      const { status, body } = await ledger.record(me, `r${step}`, entries, effective)
      const late = effective.effective_at !== undefined && effective.effective_at <= closed
      expect([status, body]).toEqual([late ? 409 : 201, body])
    }
  }
  return { from, until: unixSeconds(ledger.clock.now()) }
}
