import { expect, test } from 'vitest'
import { eventFiltersIn, isAskedFor } from './event-filters.ts'

for (const filters of [
  {},
  { type: 'charge.refunded' },
  { type: 'charge.*' },
  { type: 'charge.dispute.*', after: 'evt_1abc' },
])
  test(`${JSON.stringify(filters)} comes back from an address as it went into it`, () =>
    expect(eventFiltersIn(filters)).toEqual(filters))

for (const [name, value] of [
  ['type', 'charge'],
  ['type', '*'],
  ['type', 'Charge.*'],
  ['type', ['charge.*']],
  ['after', 'pi_1'],
  ['after', 'evt_1&limit=1'],
  ['limit', 1000],
] as const)
  test(`${name} ${JSON.stringify(value)} in an address is as if it were not there`, () =>
    expect(eventFiltersIn({ [name]: value })).toEqual({}))

for (const [filter, type, want] of [
  [undefined, 'charge.refunded', true],
  ['charge.refunded', 'charge.refunded', true],
  ['charge.refund', 'charge.refunded', false],
  ['charge.*', 'charge.dispute.created', true],
  ['charge.*', 'charges.made', false],
] as const)
  test(`${filter ?? 'no filter'} ${want ? 'asks' : 'does not ask'} for ${type}`, () =>
    expect(isAskedFor(filter, type)).toBe(want))
