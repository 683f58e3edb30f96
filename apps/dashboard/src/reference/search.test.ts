import { describe, expect, test } from 'vitest'
import { found, grouped, searchedIn } from './search.ts'

const one = (method: 'GET' | 'POST', path: string, group: string) => ({
  id: `${method}${path}`,
  method,
  path,
  title: '',
  summary: group === 'Refunds' ? 'Give money back' : '',
  group,
})
const all = [
  one('GET', '/v1/charges/{id}', 'Charges'),
  one('GET', '/v1/charges', 'Charges'),
  one('POST', '/v1/refunds', 'Refunds'),
]
const paths = (searched: string) => found(all, searched).map(({ path }) => path)

describe('a search finds what holds every word', () => {
  for (const [searched, want] of [
    ['', ['/v1/charges/{id}', '/v1/charges', '/v1/refunds']],
    ['money BACK', ['/v1/refunds']],
    ['post refunds', ['/v1/refunds']],
    ['/v1/charges', ['/v1/charges', '/v1/charges/{id}']],
    ['GET /v1/charges', ['/v1/charges', '/v1/charges/{id}']],
    ['moon', []],
  ] as const)
    test(searched, () => expect(paths(searched)).toEqual(want))
})

test('operations stay in their groups, in order', () =>
  expect(grouped(all).map(([group, each]) => [group, each.length])).toEqual([
    ['Charges', 2],
    ['Refunds', 1],
  ]))

test('an address without a search has none', () => {
  expect(searchedIn({ q: ' ' })).toEqual({})
  expect(searchedIn({ q: 'refund' })).toEqual({ q: 'refund' })
})
