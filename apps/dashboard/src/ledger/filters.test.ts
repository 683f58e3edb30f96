import { expect, test } from 'vitest'
import { accountFiltersIn, statementSearchIn, statementViewOf, transactionFiltersIn } from './filters.ts'

test('filters come back from an address as they went into it', () => {
  const accounts = { id_prefix: 'user:42.', type: 'asset', currency: 'usd', status: 'frozen' }
  const transactions = { account_id: 'cash', reference_id: 'micro:charge:ch_1', after: 'ltx_1' }
  expect(accountFiltersIn(accounts)).toEqual(accounts)
  expect(transactionFiltersIn(transactions)).toEqual(transactions)
})

test('an id of digits alone is one, though an address makes it a number', () => {
  expect(accountFiltersIn({ id_prefix: 4000 })).toEqual({ id_prefix: '4000' })
  expect(transactionFiltersIn({ account_id: 4000, reference_id: 17 })).toEqual({
    account_id: '4000',
    reference_id: '17',
  })
})

for (const [name, value] of [
  ['id_prefix', '-cash'],
  ['id_prefix', 'a b'],
  ['id_prefix', 2 ** 60],
  ['type', 'cash'],
  ['currency', 'eu'],
  ['status', 'open'],
  ['account_id', { a: 1 }],
  ['reference_id', ''],
  ['after', 'a/b'],
] as const)
  test(`${name} ${JSON.stringify(value)} in an address is as if it were not there`, () => {
    expect(accountFiltersIn({ [name]: value })).toEqual({})
    expect(transactionFiltersIn({ [name]: value })).toEqual({})
  })

for (const [search, want] of [
  [{}, {}],
  [{ at: '2026-11-26T20:05:07Z' }, { at: 1_795_723_507 }],
  [{ at: '2026-11-26T21:05:07+01:00' }, {}],
  [
    { at: '2026-11-26T20:05:07Z', before: 'len_1' },
    { at: 1_795_723_507, before: 'len_1' },
  ],
  [{ at: 'yesterday', before: 'len/1' }, {}],
] as const)
  test(`${JSON.stringify(search)} looks at the statement ${JSON.stringify(want)}`, () => {
    const read = statementSearchIn(search)
    expect(statementViewOf(read)).toEqual(want)
    expect(statementSearchIn({ ...read })).toEqual(read)
  })
