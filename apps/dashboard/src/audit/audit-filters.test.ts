import { expect, test } from 'vitest'
import { auditFiltersIn, auditQueryOf, isFiltered, newestOf, type AuditFilters } from './audit-filters.ts'

const every = {
  action: 'api_key.created',
  since: 1_700_000_000,
  until: 1_700_000_060,
  merchant: 'acct_1',
  after: 'aud_1',
} as const satisfies AuditFilters

test('filters come back from an address as they went into it', () => {
  expect(auditFiltersIn(every)).toEqual(every)
  expect(auditFiltersIn(JSON.parse(JSON.stringify(every)) as Record<string, unknown>)).toEqual(every)
})

for (const [name, value] of [
  ['action', 'api_key.stolen'],
  ['action', 'toString'],
  ['since', 'today'],
  ['since', ''],
  ['until', -1],
  ['until', 1e15],
  ['merchant', 'acct_1 or 1=1'],
  ['after', { a: 1 }],
] as const)
  test(`${name}=${JSON.stringify(value)} is left out`, () => expect(auditFiltersIn({ [name]: value })).toEqual({}))

test('the API is asked for a time with both ends in it', () => {
  expect(auditQueryOf(every)).toEqual({
    limit: 20,
    action: 'api_key.created',
    created: { gte: 1_700_000_000, lte: 1_700_000_060 },
    starting_after: 'aud_1',
  })
  expect(auditQueryOf({})).toEqual({ limit: 20 })
})

test('where a page starts is no filter', () => {
  expect(isFiltered({ after: 'aud_1' })).toBe(false)
  expect(isFiltered({ until: 1 })).toBe(true)
  expect(newestOf(every)).not.toHaveProperty('after')
})
