import { expect, test } from 'vitest'
import { paymentOf } from './belongs.ts'

for (const [reference_id, metadata, want] of [
  ['micro:charge:ch_1', { payment_intent: 'pi_1', charge: 'ch_1' }, 'pi_1'],
  ['micro:payout:po_1', { balance_transaction: 'txn_1' }, undefined],
  ['order-7', { payment_intent: 'pi_1' }, undefined],
  ['micro:charge:ch_1', { payment_intent: 'javascript:alert(1)' }, undefined],
] as const)
  test(`${reference_id} with ${JSON.stringify(metadata)} belongs to the payment ${want}`, () =>
    expect(paymentOf({ reference_id, metadata })).toBe(want))
