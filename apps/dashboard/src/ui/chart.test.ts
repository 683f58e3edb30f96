import { expect, test } from 'vitest'
import { piled, rangeOf, type ChartLine } from './chart.ts'

const line = (name: string, ...values: (number | null)[]): ChartLine => ({ name, colour: '--color-good', values })

test('bars are piled up in their order, and the pile is drawn from behind', () => {
  const tops = piled([line('a', 1, 0, null), line('b', 2, 3, 4), line('c', 4, 0, 1)])
  expect(tops.map(({ name, values }) => [name, ...values])).toEqual([
    ['c', 7, 3, 5],
    ['b', 3, 3, 4],
    ['a', 1, 0, 0],
  ])
})

for (const [min, max, end, want] of [
  [null, null, undefined, [0, 1]],
  [0, 0, undefined, [0, 1]],
  [0, 100, undefined, [0, 108]],
  [50, 100, undefined, [0, 108]],
  [-50, 50, undefined, [-58, 58]],
  [20, 80, 100, [0, 100]],
] as const)
  test(`an axis of values from ${min} to ${max}, that may end at ${end}, is ${want.join(' to ')}`, () =>
    expect(rangeOf(min, max, end)).toEqual(want))
