import { expect, test } from 'vitest'
import { matching, pageIn } from './commands.ts'

const commands = ['Go to Home', 'Go to Payments', 'New test payment'].map((name) => ({ name, run: () => {} }))

for (const [typed, want] of [
  ['', ['Go to Home', 'Go to Payments', 'New test payment']],
  ['pay', ['Go to Payments', 'New test payment']],
  ['PAY new', ['New test payment']],
  ['refund', []],
] as const)
  test(`'${typed}' finds ${want.length} commands`, () =>
    expect(matching(commands, typed).map(({ name }) => name)).toEqual(want))

for (const [typed, to, id] of [
  ['pi_3abcDEF', '/payments/$id', 'pi_3abcDEF'],
  ['http://localhost:8080/dashboard/payments/pi_3abcDEF?mode=live', '/payments/$id', 'pi_3abcDEF'],
  [' ltx_3abcDEF ', '/ledger/transactions/$id', 'ltx_3abcDEF'],
  ['evt_3abcDEF', '/events/$id', 'evt_3abcDEF'],
  ['we_3abcDEF', '/webhooks/$id', 'we_3abcDEF'],
  [' dlv_3abcDEF', '/deliveries/$id', 'dlv_3abcDEF'],
  ['cus_3abcDEF', '/customers/$id', 'cus_3abcDEF'],
  ['dp_3abcDEF', '/disputes/$id', 'dp_3abcDEF'],
  ['po_3abcDEF', '/payouts/$id', 'po_3abcDEF'],
  ['prod_3abcDEF', '/products/$id', 'prod_3abcDEF'],
] as const)
  test(`'${typed}' opens ${to}`, () => expect(pageIn(typed)).toMatchObject({ to, id }))

for (const typed of ['pi_', 'ltx_', 'payments', 'pm_3abcDEF'])
  test(`'${typed}' opens nothing`, () => expect(pageIn(typed)).toBeUndefined())
