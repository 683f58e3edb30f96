import { expect, test } from 'vitest'
import { ledgerTransactionIn, matching, paymentIn } from './commands.ts'

const commands = ['Go to Home', 'Go to Payments', 'New test payment'].map((name) => ({ name, run: () => {} }))

for (const [typed, want] of [
  ['', ['Go to Home', 'Go to Payments', 'New test payment']],
  ['pay', ['Go to Payments', 'New test payment']],
  ['PAY new', ['New test payment']],
  ['refund', []],
] as const)
  test(`'${typed}' finds ${want.length} commands`, () =>
    expect(matching(commands, typed).map(({ name }) => name)).toEqual(want))

for (const [typed, want] of [
  ['pi_3abcDEF', 'pi_3abcDEF'],
  ['http://localhost:8080/dashboard/payments/pi_3abcDEF?mode=live', 'pi_3abcDEF'],
  ['pi_', undefined],
  ['payments', undefined],
] as const)
  test(`'${typed}' names the payment ${want}`, () => expect(paymentIn(typed)).toBe(want))

for (const [typed, want] of [
  [' ltx_3abcDEF ', 'ltx_3abcDEF'],
  ['http://localhost:8080/dashboard/ledger/transactions/ltx_3abcDEF', 'ltx_3abcDEF'],
  ['ltx_', undefined],
] as const)
  test(`'${typed}' names the ledger transaction ${want}`, () => expect(ledgerTransactionIn(typed)).toBe(want))
