import { expect, test } from 'vitest'
import { balanceBefore } from './running-balance.ts'

for (const [normal, amount_str, balance_after_str, want] of [
  ['credit', '500', '700', 200n],
  ['credit', '-500', '200', 700n],
  ['debit', '-500', '700', 200n],
  ['debit', '500', '200', 700n],
  ['debit', '-9007199254740993', '9007199254740994', 1n],
] as const)
  test(`before ${amount_str} led a ${normal} account to ${balance_after_str} it had ${want}`, () =>
    expect(balanceBefore({ amount_str, balance_after_str }, normal)).toBe(want))
