import { expect, test } from 'vitest'
import { isCancelable, payoutFiltersIn, payoutState, payoutStatuses } from './payout-state.ts'

for (const [filters, want] of [
  [
    { status: 'paid', after: 'po_1', new: true },
    { status: 'paid', after: 'po_1', new: true },
  ],
  [{ status: 'gone' }, {}],
  [{ after: 'pi_1' }, {}],
  [{ after: 'po_1&x' }, {}],
  [{ new: 'yes' }, {}],
] as const)
  test(`${JSON.stringify(filters)} in an address asks for ${JSON.stringify(want)}`, () =>
    expect(payoutFiltersIn(filters)).toEqual(want))

for (const status of payoutStatuses)
  test(`of one that is ${status} it is told where the money is, and it ${status === 'pending' ? 'can' : 'cannot'} be canceled`, () => {
    expect(payoutState(status).means).not.toBe('')
    expect(isCancelable({ status, automatic: false, livemode: false })).toBe(status === 'pending')
    expect(isCancelable({ status, automatic: true, livemode: true })).toBe(false)
  })
