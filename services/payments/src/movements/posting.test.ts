import { systemClock } from '@micro/kernel'
import { describe, expect, test } from 'vitest'
import { newMovement, settlesOn, type Movement } from './movement.ts'
import { internalKinds, isShown, shownKinds, type MovementKind } from './kinds.ts'
import { postingFor } from './posting.ts'

const now = systemClock.now()

const movement = (kind: MovementKind, amount: bigint, fee = 0n): Movement =>
  newMovement({
    id: 'txn_1',
    merchant: 'acct_1',
    mode: 'test',
    kind,
    source: 'ob_1',
    charge: 'ch_1',
    amount,
    fee,
    currency: 'eur',
    links: { payment_intent: 'pi_1' },
    requestId: 'req_1',
    merchantNow: now,
    now,
    postingLeaseMs: 15_000,
  })

const linesOf = (posted: Movement) =>
  postingFor(posted).entries.map(({ account_id, direction, amount }) => `${direction} ${account_id} ${amount}`)

for (const [kind, amount, fee, want, net] of [
  ['charge', 1999n, 88n, ['debit receivable 1999', 'credit balance 1911', 'credit fee 88'], 1911n],
  ['charge', 1999n, 0n, ['debit receivable 1999', 'credit balance 1999'], 1999n],
  ['charge', 30n, 30n, ['debit receivable 30', 'credit fee 30'], 0n],
  ['refund', 500n, 0n, ['credit receivable 500', 'debit balance 500'], -500n],
  ['refund_failure', 500n, 0n, ['debit receivable 500', 'credit balance 500'], 500n],
  ['dispute', 1000n, 1500n, ['credit reserve 1000', 'debit balance 2500', 'credit fee 1500'], -2500n],
  ['dispute_reversal', 1000n, 0n, ['debit reserve 1000', 'credit balance 1000'], 1000n],
  ['dispute_lost', 1000n, 0n, ['debit reserve 1000', 'credit receivable 1000'], 0n],
  ['payout', 700n, 0n, ['credit transit 700', 'debit balance 700'], -700n],
  ['payout_failure', 700n, 0n, ['debit transit 700', 'credit balance 700'], 700n],
  ['payout_cancel', 700n, 0n, ['debit transit 700', 'credit balance 700'], 700n],
  ['payout_paid', 700n, 0n, ['debit transit 700', 'credit receivable 700'], 0n],
  ['stripe_fee', 25n, 0n, ['credit fee 25', 'debit balance 25'], -25n],
  ['authorisation', 900n, 0n, ['debit authorised 900', 'credit contra 900'], 0n],
  ['authorisation_release', 900n, 0n, ['debit contra 900', 'credit authorised 900'], 0n],
] as const) {
  test(`a ${kind} of ${amount} with a fee of ${fee} balances, and changes the merchant's balance by ${net}`, () => {
    const accounts = {
      receivable: 'sys_processor_receivable_eur',
      balance: 'sys_merchant_balance_eur',
      fee: 'sys_fee_revenue_eur',
      reserve: 'sys_dispute_reserve_eur',
      transit: 'sys_payouts_in_transit_eur',
      authorised: 'sys_authorisations_eur',
      contra: 'sys_authorisations_contra_eur',
    } as const
    const named = want.map((line) => line.replace(/ (\w+) /, (_, name: keyof typeof accounts) => ` ${accounts[name]} `))
    const posted = movement(kind, amount, fee)
    expect(linesOf(posted)).toEqual(named)
    expect(posted.net).toBe(net)
    expect(postingFor(posted).accounts.map(({ id }) => id)).toEqual(
      postingFor(posted).entries.map(({ account_id }) => account_id),
    )
  })
}

describe('whatever the kind', () => {
  const kinds = [...Object.keys(shownKinds), ...Object.keys(internalKinds)] as MovementKind[]
  test.each(kinds)("%s: its reference is of kind and source, and the merchant's balance changes by its net", (kind) => {
    const posted = movement(kind, 4321n, isShown(kind) && shownKinds[kind].sign === 1n ? 21n : 0n)
    const { reference_id, entries } = postingFor(posted)
    expect(reference_id).toBe(`micro:${kind}:ob_1`)
    const change = entries
      .filter(({ account_id }) => account_id === 'sys_merchant_balance_eur')
      .reduce((sum, { direction, amount }) => sum + (direction === 'credit' ? 1n : -1n) * BigInt(amount), 0n)
    expect(change).toBe(posted.net)
  })
})

test('posting again is a repeat: tries, ids and time of the posting are no part of its content', () => {
  const posted = movement('charge', 1999n, 88n)
  const stored: Movement = {
    ...posted,
    metadata: { charge: 'ch_1', payment_intent: 'pi_1', balance_transaction: 'txn_1' },
    posting_attempts: 7,
    posting_after: null,
    posting: 'done',
    ledger_transaction: 'ltx_1',
  }
  expect(JSON.stringify(postingFor(stored))).toBe(JSON.stringify(postingFor(posted)))
})

test('nothing moves 0 or backwards', () => {
  for (const amount of [0n, -1n]) expect(() => movement('charge', amount)).toThrow('moves nothing')
  expect(() => movement('charge', 100n, -1n)).toThrow('negative fee')
})

for (const [at, days, want] of [
  ['2026-11-26T07:05:03Z', 2, '2026-11-28T00:00:00.000Z'],
  ['2026-11-26T00:00:00Z', 2, '2026-11-28T00:00:00.000Z'],
  ['2026-11-26T23:59:59.999Z', 2, '2026-11-28T00:00:00.000Z'],
  ['2026-12-31T12:00:00Z', 1, '2027-01-01T00:00:00.000Z'],
] as const)
  test(`what is charged at ${at} settles ${days} days later, at ${want}`, () =>
    expect(settlesOn(new Date(at), days).toISOString()).toBe(want))
