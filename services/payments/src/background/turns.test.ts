import { describe, expect, test } from 'vitest'
import { backoffMs } from './setback.ts'
import { following, fullTenants, start, type Turn } from './turns.ts'

const of = (merchant: string, count = 1) => Array.from({ length: count }, () => ({ merchant, mode: 'test' as const }))
const turn: Turn = { limit: 4, each: 3, behind: start, full: [] }
const b = { merchant: 'b', mode: 'test' } as const

describe('after a batch', () => {
  for (const [what, taken, behind, more] of [
    ['that was empty, it is over', [], start, false],
    ['with less than its share of each, it is over', [...of('a'), ...of('b')], start, false],
    ['in which one filled its share, the first has its turn again', [...of('a', 2), ...of('b')], start, true],
    ['of one tenant alone, who has more than it may', of('a', 3), start, true],
    [
      'with as many tenants as items, those behind them follow',
      ['a', 'd', 'c', 'b'].flatMap((each) => of(each)),
      { merchant: 'd', mode: 'test' },
      true,
    ],
  ] as const)
    test(what, () => expect(following(taken, turn)).toEqual({ behind, more }))

  test('that began behind somebody, those before have their turn again', () =>
    expect(following([], { ...turn, behind: b })).toEqual({ behind: start, more: true }))
})

test('a tenant with as much under way as it may have is left out', () =>
  expect(fullTenants([...of('a', 3), ...of('b', 2), { merchant: 'a', mode: 'live' }], 3)).toEqual(['a/test']))

describe('an item that failed', () => {
  const backoff = { minMs: 1_000, maxMs: 60_000 }
  for (const [attempts, longest] of [
    [0, 1_000],
    [1, 2_000],
    [5, 32_000],
    [6, 60_000],
    [500, 60_000],
  ] as const)
    test(`${attempts} times before waits up to ${longest} ms, and not much less`, () => {
      const waits = Array.from({ length: 200 }, (_, at) => backoffMs(backoff, attempts, `po_${at}`))
      expect(Math.max(...waits)).toBeLessThanOrEqual(longest)
      expect(Math.min(...waits)).toBeGreaterThanOrEqual(longest * 0.75)
      expect(Math.max(...waits) - Math.min(...waits), 'they do not come again together').toBeGreaterThan(longest * 0.2)
    })
})
