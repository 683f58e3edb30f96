import { expect, test } from 'vitest'
import { isSubscribed, subscriptionText, toggled } from './subscription.ts'

for (const [chosen, filter, want] of [
  [[], 'charge.*', ['charge.*']],
  [['charge.*'], 'charge.*', []],
  [['charge.failed', 'refund.failed'], 'charge.*', ['refund.failed', 'charge.*']],
  [['charge.*', 'ledger.hold.created'], '*', ['ledger.hold.created', '*']],
] as const)
  test(`choosing ${filter} beside ${JSON.stringify(chosen)} gives ${JSON.stringify(want)}`, () =>
    expect(toggled(chosen, filter)).toEqual(want))

for (const [chosen, filter, want] of [
  [['charge.failed'], 'charge.failed', true],
  [['charge.failed'], 'charge.*', false],
  [['charge.*'], 'charge.dispute.closed', true],
  [['*'], 'charge.*', true],
  [['*'], 'ledger.*', false],
] as const)
  test(`${JSON.stringify(chosen)} ${want ? 'asks' : 'does not ask'} for ${filter}`, () =>
    expect(isSubscribed(chosen, filter)).toBe(want))

for (const [chosen, want] of [
  [['*', 'ledger.*'], 'all but the ledger’s, ledger.*'],
  [['a.a', 'b.b', 'c.c'], 'a.a, b.b, c.c'],
  [['a.a', 'b.b', 'c.c', 'd.d', 'e.e'], 'a.a, b.b, c.c and 2 more'],
] as const)
  test(`${JSON.stringify(chosen)} reads: ${want}`, () => expect(subscriptionText(chosen)).toBe(want))
