import { Fault, parseTimestamp } from '@micro/kernel'
import { describe, expect, test } from 'vitest'
import {
  cancelPayout,
  createPayout,
  endPayout,
  NEXT,
  payoutToWire,
  submitPayout,
  type Payout,
  type PayoutCommand,
} from './payout.ts'
import { testBanks } from './test-banks.ts'

const created = parseTimestamp('2026-11-26T07:05:03Z') as Date
const pending = createPayout({
  id: 'po_1',
  merchant: 'acct_1',
  mode: 'test',
  amount: 500n,
  currency: 'usd',
  description: null,
  metadata: {},
  statement_descriptor: null,
  destination: null,
  balance_transaction: 'txn_1',
  request_id: 'req_1',
  created_at: created,
})
const refusal = { code: 'no_account', message: 'None.' }
const commands: Record<PayoutCommand, (payout: Payout) => Payout> = {
  submit: submitPayout,
  cancel: (payout) => cancelPayout(payout, 'txn_2'),
  arrive: (payout) => endPayout(payout, 'arrives', 'txn_2'),
  fail: (payout) => endPayout(payout, refusal, 'txn_2'),
}

describe('every command in every status', () => {
  for (const status of Object.keys(NEXT) as (keyof typeof NEXT)[])
    for (const command of Object.keys(commands) as PayoutCommand[]) {
      const next = NEXT[status][command]
      test(`${command} while ${status}: ${next ?? 'refused'}`, () => {
        const attempt = () => commands[command]({ ...pending, status })
        if (next === null) return expect(attempt).toThrow(Fault)
        expect(attempt().status).toBe(next)
      })
    }
})

test('it is handed to the bank at the first midnight UTC, and arrives at the second', () => {
  const day = (payout: Payout) => payout.due_at?.toISOString()
  expect([pending.status, day(pending)]).toEqual(['pending', '2026-11-27T00:00:00.000Z'])
  const submitted = submitPayout(pending)
  expect([submitted.status, day(submitted)]).toEqual(['in_transit', '2026-11-28T00:00:00.000Z'])
  expect(payoutToWire(pending).arrival_date).toBe(payoutToWire(submitted).arrival_date)
  for (const ended of [commands.arrive(submitted), commands.fail(submitted), commands.cancel(pending)])
    expect(ended.due_at).toBeNull()
})

test('money that does not arrive comes back under a balance transaction of its own; what arrived has none', () => {
  expect(commands.fail(submitPayout(pending))).toMatchObject({
    failure_code: 'no_account',
    failure_message: 'None.',
    failure_balance_transaction: 'txn_2',
  })
  expect(commands.cancel(pending)).toMatchObject({ failure_code: null, failure_balance_transaction: 'txn_2' })
  expect(commands.arrive(submitPayout(pending))).toMatchObject({ failure_balance_transaction: null })
})

test('the bank that payouts go to by default takes them, every other test bank says why not', () => {
  const [usual, ...others] = testBanks.values()
  expect(usual).toBe('arrives')
  for (const other of others) expect(other).toMatchObject({ code: expect.any(String) as string })
})
