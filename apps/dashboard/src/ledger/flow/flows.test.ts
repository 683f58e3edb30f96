import type { LedgerFlow } from '@micro/contracts'
import { expect, test } from 'vitest'
import { accountName, flowsOf, meaningOf } from './flows.ts'

const flow = (from: string | null, to: string | null, amount: string, currency = 'usd'): LedgerFlow => ({
  object: 'ledger.flow',
  from,
  to,
  currency,
  scale: 2,
  amount: null,
  amount_str: amount,
  transactions: 1,
})

test('flows are told currency by currency, and come to a total with what is beyond the largest', () => {
  const [usd, eur] = flowsOf([
    flow('a', 'b', '5', 'eur'),
    flow('sys_processor_receivable_usd', 'sys_merchant_balance_usd', '99999999999999999999'),
    flow('a', 'b', '1'),
    flow(null, null, '7'),
  ])
  expect([eur?.currency, eur?.total, eur?.rest, eur?.hasPromises]).toEqual(['eur', 5n, undefined, false])
  expect([usd?.flows.length, usd?.rest?.amount, usd?.total]).toEqual([2, 7n, 100_000_000_000_000_000_007n])
})

test('what cards promised moved nothing, and is not among what did', () => {
  const [usd] = flowsOf([
    flow('sys_authorisations_usd', 'sys_authorisations_contra_usd', '500'),
    flow('sys_authorisations_contra_usd', 'sys_authorisations_usd', '500'),
    flow('a', 'b', '1'),
  ])
  expect([usd?.flows.map(({ from }) => from), usd?.total, usd?.hasPromises]).toEqual([['a'], 1n, true])
})

for (const [from, to, want] of [
  ['sys_processor_receivable_usd', 'sys_merchant_balance_usd', 'Payments, less fees'],
  ['sys_merchant_balance_jpy', 'sys_processor_receivable_jpy', 'Refunds'],
  ['wallet:1', 'sys_merchant_balance_usd', undefined],
  ['wallet:1', 'wallet:2', undefined],
] as const)
  test(`from ${from} to ${to} went ${want}`, () => expect(meaningOf({ from, to })).toBe(want))

for (const [account, want] of [
  ['sys_payouts_in_transit_usd', 'Payouts in transit'],
  ['sys_unheard_of_usd', 'sys_unheard_of_usd'],
  ['wallet:1', 'wallet:1'],
] as const)
  test(`${account} is called ${want}`, () => expect(accountName(account)).toBe(want))
