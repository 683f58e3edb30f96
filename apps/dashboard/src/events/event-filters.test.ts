import { expect, test } from 'vitest'
import { eventFiltersIn, isAskedFor } from './event-filters.ts'

for (const filters of [
  {},
  { type: 'charge.refunded' },
  { type: 'charge.*' },
  { type: 'charge.dispute.*', after: 'evt_1abc' },
  { related: 'pi_1' },
  { related: 'acc:bank.main-1', type: 'ledger.*' },
])
  test(`${JSON.stringify(filters)} comes back from an address as it went into it`, () =>
    expect(eventFiltersIn(filters)).toEqual(filters))

for (const [name, value] of [
  ['type', 'charge'],
  ['type', '*'],
  ['type', 'Charge.*'],
  ['type', ['charge.*']],
  ['related', 'a b'],
  ['related', ['pi_1']],
  ['after', 'pi_1'],
  ['after', 'evt_1&limit=1'],
  ['limit', 1000],
] as const)
  test(`${name} ${JSON.stringify(value)} in an address is as if it were not there`, () =>
    expect(eventFiltersIn({ [name]: value })).toEqual({}))

for (const [filters, type, want] of [
  [{}, 'charge.refunded', true],
  [{ type: 'charge.refunded' }, 'charge.refunded', true],
  [{ type: 'charge.refund' }, 'charge.refunded', false],
  [{ type: 'charge.*' }, 'charge.dispute.created', true],
  [{ type: 'charge.*' }, 'charges.made', false],
  [{ related: 'ch_1' }, 'charge.refunded', true],
  [{ related: 'pi_1' }, 'charge.refunded', true],
  [{ related: 'cus_1' }, 'charge.refunded', true],
  [{ related: 'pi_2' }, 'charge.refunded', false],
  [{ related: 'pi_1', type: 'refund.*' }, 'charge.refunded', false],
] as const)
  test(`${JSON.stringify(filters)} ${want ? 'asks' : 'does not ask'} for ${type} of ch_1, of pi_1 of cus_1`, () => {
    const object = { id: 'ch_1', payment_intent: 'pi_1', customer: 'cus_1' }
    expect(isAskedFor(filters, { type, data: { object } })).toBe(want)
  })
