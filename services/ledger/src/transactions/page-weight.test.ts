import { parsePage } from '@micro/service'
import { describe, expect, test } from 'vitest'
import { lightPage, mayBeTooHeavy } from './page-weight.ts'

describe('a page holds no more transactions than weigh 5,000 entries together', () => {
  const times = (count: number, each: number) => Array.from({ length: count }, () => each)
  for (const [counts, want] of [
    [[], 10],
    [times(11, 2), 10],
    [times(11, 500), 10],
    [times(11, 501), 9],
    [times(11, 1000), 5],
    [[5000, 1], 1],
    [[5001, 1], 1],
    [[...times(5, 1000), 2], 5],
  ] as const)
    test(`${counts.length} of ${counts.join(' ').slice(0, 20)} → ${want}`, () =>
      expect(lightPage(parsePage({}), counts).limit).toBe(want))
})

test('a few transactions need no counting, whatever they are', () => {
  expect([mayBeTooHeavy(5), mayBeTooHeavy(6)]).toEqual([false, true])
})
