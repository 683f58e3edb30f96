import { expect, test } from 'vitest'
import { filtersIn, isFiltered, searchFor, type PaymentFilters } from './filters.ts'

const every = {
  status: 'succeeded',
  currency: 'eur',
  amount_min: 100,
  amount_max: 5000,
  customer: 'cus_1',
  metadata: 'order=7',
  since: 1_700_000_000,
  until: 1_800_000_000,
  page: 'cGFnZQ==',
  new: true,
} as const satisfies PaymentFilters

test('filters come back from an address as they went into it', () => {
  expect(filtersIn(every)).toEqual(every)
  expect(filtersIn(JSON.parse(JSON.stringify(every)) as Record<string, unknown>)).toEqual(every)
})

for (const [name, value] of [
  ['status', 'paid'],
  ['currency', 'EUR'],
  ['currency', 'xxx'],
  ['amount_min', 'ten'],
  ['amount_min', ''],
  ['amount_max', -1],
  ['amount_max', 1.5],
  ['customer', 'cus_1" OR amount>0'],
  ['metadata', 'order'],
  ['metadata', '=7'],
  ['metadata', 'a[b]=7'],
  ['metadata', 7],
  ['since', 'yesterday'],
  ['page', { a: 1 }],
  ['new', 'yes'],
] as const)
  test(`${name} ${JSON.stringify(value)} in an address is as if it were not there`, () =>
    expect(filtersIn({ [name]: value })).toEqual({}))

for (const [filters, want] of [
  [{}, 'created>0'],
  [{ page: 'x' }, 'created>0'],
  [{ status: 'canceled' }, 'status:"canceled"'],
  [{ currency: 'jpy', amount_min: 0 }, 'currency:"jpy" AND amount>=0'],
  [{ metadata: 'order = 7=8' }, 'metadata["order"]:"7=8"'],
  [{ metadata: 'say="no"\\' }, 'metadata["say"]:"\\"no\\"\\\\"'],
  [{ since: 5, until: 9 }, 'created>=5 AND created<=9'],
  [{ customer: 'cus_1', amount_max: 9 }, 'customer:"cus_1" AND amount<=9'],
] as const)
  test(`${JSON.stringify(filters)} is searched for as ${want}`, () => {
    expect(searchFor(filters)).toBe(want)
    expect(isFiltered(filters)).toBe(want !== 'created>0')
  })
