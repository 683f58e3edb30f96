import { expect, test } from 'vitest'
import { failureText, requestCharts } from './charts.ts'

const stretch = (from: number, more: object = {}) => ({
  from,
  until: from + 10,
  delivered: 0,
  refused: 0,
  unanswered: 0,
  duration_ms_p50: null,
  duration_ms_p95: null,
  ...more,
})

test('requests are piled up by what came of them, and where none was there is no duration', () => {
  const { outcomes, durations } = requestCharts(
    [stretch(100, { delivered: 3, refused: 1, duration_ms_p50: 20, duration_ms_p95: 90 }), stretch(110)],
    '7d',
  )
  expect([outcomes.x, outcomes.from, outcomes.until]).toEqual([[100, 110], 100, 120])
  expect(outcomes.lines.map(({ values }) => values)).toEqual([
    [3, 0],
    [1, 0],
    [0, 0],
  ])
  expect(durations.x).toEqual([105, 115])
  expect(durations.lines.map(({ values }) => values)).toEqual([
    [20, null],
    [90, null],
  ])
  expect([outcomes.label, requestCharts([stretch(0)], 'today').outcomes.label]).toEqual([
    'Requests by what came of them, day by day',
    'Requests by what came of them, hour by hour',
  ])
})

for (const [delivered, refused, unanswered, want] of [
  [0, 0, 0, undefined],
  [4, 0, 0, '0 %'],
  [3, 1, 0, '25 %'],
  [999, 0, 1, '1 %'],
  [0, 1, 1, '100 %'],
] as const)
  test(`of ${delivered} delivered, ${refused} refused, ${unanswered} unanswered ${want} failed`, () =>
    expect(failureText({ delivered, refused, unanswered })).toBe(want))
