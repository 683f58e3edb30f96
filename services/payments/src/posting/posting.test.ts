import { systemClock } from '@micro/kernel'
import { expect, test } from 'vitest'
import { pendingCharge, type Charge } from '../charges/charge.ts'
import { createIntent } from '../payment-intents/payment-intent.ts'
import { postingFor } from './posting.ts'

const now = systemClock.now()

const succeeded = (amount: bigint, fee: bigint): Charge => {
  const intent = createIntent({
    id: 'pi_1',
    merchant: 'acct_1',
    mode: 'test',
    clientSecret: 's',
    now,
    amount,
    currency: 'eur',
    captureMethod: undefined,
    automaticPaymentMethods: undefined,
    description: undefined,
    metadata: undefined,
    paymentMethod: 'pm_card_visa',
    receiptEmail: undefined,
    statementDescriptor: undefined,
  })
  const charge = pendingCharge(intent, {
    id: 'ch_1',
    payment_method: 'pm_card_visa',
    request_id: 'req_1',
    idempotency_key: null,
    answer_status: 200,
    created_at: now,
    leased_until: now,
  })
  return { ...charge, status: 'succeeded', fee, posting: 'due', posting_after: now, settled_at: now }
}

for (const [amount, fee, want] of [
  [
    1999n,
    88n,
    [
      ['sys_processor_receivable_eur', 'debit', '1999'],
      ['sys_merchant_balance_eur', 'credit', '1911'],
      ['sys_fee_revenue_eur', 'credit', '88'],
    ],
  ],
  [
    1999n,
    0n,
    [
      ['sys_processor_receivable_eur', 'debit', '1999'],
      ['sys_merchant_balance_eur', 'credit', '1999'],
    ],
  ],
  [
    30n,
    30n,
    [
      ['sys_processor_receivable_eur', 'debit', '30'],
      ['sys_fee_revenue_eur', 'credit', '30'],
    ],
  ],
] as const) {
  test(`${amount} with a fee of ${fee} balances and has no entry of 0`, () => {
    const { entries, accounts } = postingFor(succeeded(amount, fee))
    expect(entries.map((entry) => [entry.account_id, entry.direction, entry.amount])).toEqual(want)
    expect(accounts.map(({ id }) => id)).toEqual(entries.map((entry) => entry.account_id))
    const net = entries.reduce(
      (sum, { direction, amount: value }) => sum + (direction === 'credit' ? BigInt(value) : -BigInt(value)),
      0n,
    )
    expect(net).toBe(0n)
  })
}

test('the reference is derived from the charge, so that posting again is a repeat', () => {
  const charge = succeeded(1999n, 88n)
  expect(postingFor(charge).reference_id).toBe('micro:charge:ch_1')
  expect(postingFor({ ...charge, posting_attempts: 7 })).toEqual(postingFor(charge))
})
