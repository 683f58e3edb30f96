import { expect, test } from 'vitest'
import { customerFiltersIn, customerSearch } from './customer-filters.ts'

test('filters come back from an address as they went into it', () => {
  const filters = { q: 'ada@shop.test', page: 'cGFnZQ', new: true } as const
  expect(customerFiltersIn(filters)).toEqual(filters)
})

for (const [name, value] of [
  ['q', 'ad'],
  ['q', '   '],
  ['q', ['ada']],
  ['page', '<page>'],
  ['new', 'yes'],
] as const)
  test(`${name} ${JSON.stringify(value)} in an address is as if it were not there`, () =>
    expect(customerFiltersIn({ [name]: value })).toEqual({}))

test('a text of digits, which an address holds as a number, is searched for as well', () =>
  expect(customerFiltersIn({ q: 12345 })).toEqual({ q: '12345' }))

for (const [filters, want] of [
  [{}, 'created>0'],
  [{ q: 'ada' }, 'email~"ada" OR name~"ada"'],
  [{ q: 'a"b\\c' }, 'email~"a\\"b\\\\c" OR name~"a\\"b\\\\c"'],
] as const)
  test(`${JSON.stringify(filters)} is searched for as ${want}`, () => expect(customerSearch(filters)).toBe(want))
