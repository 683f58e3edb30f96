import { describe, expect, test } from 'vitest'
import { isFiltered, queryOf, requestSearchIn } from './request-filters.ts'

describe('an address says what is shown, and what makes no sense in it is left out', () => {
  for (const [search, want] of [
    [{}, {}],
    [
      { status: '4xx', method: 'POST' },
      { status: '4xx', method: 'POST' },
    ],
    [{ status: 402 }, { status: '402' }],
    [{ status: '9xx', method: 'PUT', view: 'moon' }, {}],
    [{ path: '/v1/charges*' }, { path: '/v1/charges*' }],
    [{ path: 'v1', route: 7 }, {}],
    [
      { route: '/v1/charges/:id', view: 'routes' },
      { route: '/v1/charges/:id', view: 'routes' },
    ],
    [
      { key: 'key_1', by: 'all' },
      { key: 'key_1', by: 'all' },
    ],
    [{ key: 'sk_test_1', by: 'me' }, {}],
    [
      { since: 1_800_000_000, until: -1, after: 'req_1' },
      { since: 1_800_000_000, after: 'req_1' },
    ],
    [{ since: '2026', after: 'evt_1' }, {}],
  ] as const)
    test(JSON.stringify(search), () => expect(requestSearchIn(search)).toEqual(want))
})

describe('what is asked of the API', () => {
  for (const [filters, want] of [
    [{}, { source: 'api' }],
    [{ by: 'dashboard' }, { source: 'dashboard' }],
    [{ by: 'all', status: 'failed' }, { status: 'failed' }],
    [{ key: 'key_1' }, { key_id: 'key_1' }],
    [
      { since: 5, until: 9 },
      { source: 'api', created: { gte: 5, lte: 9 } },
    ],
    [
      { route: '/v1/charges/:id', method: 'GET' },
      { source: 'api', route: '/v1/charges/:id', method: 'GET' },
    ],
  ] as const)
    test(JSON.stringify(filters), () => expect(queryOf(filters)).toEqual(want))
})

test('neither the view nor the page is a filter', () => {
  expect(isFiltered({ view: 'routes', after: 'req_1' })).toBe(false)
  expect(isFiltered({ by: 'all' })).toBe(true)
})
