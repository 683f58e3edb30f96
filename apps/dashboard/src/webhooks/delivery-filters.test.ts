import { expect, test } from 'vitest'
import { deliveryFiltersIn } from './delivery-filters.ts'

for (const filters of [
  {},
  { deliveries: 'failed' },
  { deliveries: 'pending', after: 'dlv_1abc' },
  { deliveries: 'failed', period: '30d' },
])
  test(`${JSON.stringify(filters)} comes back from an address as it went into it`, () =>
    expect(deliveryFiltersIn(filters)).toEqual(filters))

for (const [name, value] of [
  ['deliveries', 'lost'],
  ['deliveries', ['failed']],
  ['after', 'evt_1'],
  ['period', '3d'],
  ['after', 1],
] as const)
  test(`${name} ${JSON.stringify(value)} in an address is as if it were not there`, () =>
    expect(deliveryFiltersIn({ [name]: value })).toEqual({}))
