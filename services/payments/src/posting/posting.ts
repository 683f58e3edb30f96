import type { Body, ledgerApi, NewEntry } from '@micro/contracts'
import { assert } from '@micro/kernel'
import type { Charge } from '../charges/charge.ts'

export type Posting = Body<typeof ledgerApi.postSystemTransaction>

/**
 * How a succeeded charge stands in the merchant's book, as the payment service provider keeps it: the processor owes
 * the gross amount, Micro owes the merchant the net amount and has earned the fee. Entries of 0 are left out.
 * The reference is derived from the charge, and the content from its stored row alone, so posting it again is a repeat.
 */
export const postingFor = (charge: Charge): Posting => {
  const { fee, amount, currency } = charge
  assert(charge.status === 'succeeded' && fee !== null, `charge ${charge.id} has nothing to post`)
  assert(fee >= 0n && fee <= amount, `charge ${charge.id} has a fee outside its amount`)
  const receivable = {
    id: `sys_processor_receivable_${currency}`,
    name: 'Processor receivable',
    type: 'asset',
  } as const
  const balance = { id: `sys_merchant_balance_${currency}`, name: 'Merchant balance', type: 'liability' } as const
  const revenue = { id: `sys_fee_revenue_${currency}`, name: 'Fee revenue', type: 'revenue' } as const
  const lines = [
    { account: receivable, direction: 'debit', amount },
    { account: balance, direction: 'credit', amount: amount - fee },
    { account: revenue, direction: 'credit', amount: fee },
  ] as const
  const booked = lines.filter((line) => line.amount > 0n)
  return {
    merchant: charge.merchant,
    mode: charge.mode,
    reference_id: `micro:charge:${charge.id}`,
    description: `Payment ${charge.payment_intent}`,
    currency,
    accounts: booked.map(({ account }) => account),
    entries: booked.map(({ account, direction, amount: value }): NewEntry => ({
      account_id: account.id,
      amount: value.toString(),
      direction,
    })),
    metadata: { charge: charge.id, payment_intent: charge.payment_intent },
  }
}
