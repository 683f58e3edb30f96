import { describe, expect, test } from 'vitest'
import type { ToldPayout } from '../processors/telling.ts'
import { createPayout, type Payout } from './payout.ts'
import { nextToldStep } from './told-payout.ts'

const payoutOf = (status: Payout['status']): Payout => ({
  ...createPayout({
    id: 'po_1',
    merchant: 'acct_a',
    mode: 'live',
    amount: 500n,
    currency: 'usd',
    description: null,
    metadata: {},
    statement_descriptor: null,
    destination: null,
    balance_transaction: 'txn_1',
    request_id: 'req_1',
    created_at: new Date(0),
  }),
  status,
  due_at: null,
})

const toldOf = (status: ToldPayout['status']): ToldPayout => ({
  id: 'po_theirs',
  amount: 500n,
  currency: 'usd',
  status,
  automatic: true,
  arrivesOn: new Date(0),
  description: null,
  statementDescriptor: null,
  refusal: null,
})

/** All steps until nothing follows: how it ends, what is told, and what moves. */
const walk = (from: Payout['status'], told: ToldPayout['status']) => {
  let payout = payoutOf(from)
  const [events, moves]: [string[], string[]] = [[], []]
  for (let ids = 0; ;) {
    const step = nextToldStep(payout, toldOf(told), () => `txn_${++ids}`)
    if (step === undefined) return [payout.status, events, moves]
    payout = step.payout
    events.push(step.type)
    moves.push(...step.moves.map(({ kind }) => kind))
  }
}

describe('a payout goes on to where its processor says it stands, and never back:', () => {
  for (const [from, told, status, events, moves] of [
    ['pending', 'pending', 'pending', [], []],
    ['pending', 'in_transit', 'in_transit', ['payout.updated'], []],
    ['pending', 'paid', 'paid', ['payout.updated', 'payout.paid'], ['payout_paid']],
    ['pending', 'failed', 'failed', ['payout.updated', 'payout.failed'], ['payout_failure']],
    ['pending', 'canceled', 'canceled', ['payout.canceled'], ['payout_cancel']],
    ['in_transit', 'pending', 'in_transit', [], []],
    ['in_transit', 'paid', 'paid', ['payout.paid'], ['payout_paid']],
    ['in_transit', 'canceled', 'in_transit', [], []],
    ['paid', 'in_transit', 'paid', [], []],
    ['paid', 'failed', 'failed', ['payout.failed'], ['payout_return', 'payout_failure']],
    ['failed', 'paid', 'failed', [], []],
    ['canceled', 'paid', 'canceled', [], []],
  ] as const)
    test(`${from}, told ${told}: ${status}`, () => expect(walk(from, told)).toEqual([status, events, moves]))
})
