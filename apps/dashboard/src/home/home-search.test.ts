import { expect, test } from 'vitest'
import { homeSearchIn } from './home-search.ts'

for (const [search, want] of [
  [{}, {}],
  [
    { period: '7d', currency: 'JPY', mode: 'live' },
    { period: '7d', currency: 'jpy' },
  ],
  [{ period: 'ever', currency: 'gold' }, {}],
  [{ period: 7, currency: 3 }, {}],
] as const)
  test(`${JSON.stringify(search)} in an address is ${JSON.stringify(want)}`, () =>
    expect(homeSearchIn(search)).toEqual(want))
