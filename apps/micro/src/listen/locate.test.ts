import { expect, test } from 'vitest'
import { locate } from './locate.ts'

/** An order in which event n was made at times[n - 1]; those up to `gone` are no longer kept. */
const order = (times: readonly number[], gone = 0) => {
  let looks = 0
  return {
    looks: () => looks,
    look: (after: number | null) => {
      looks++
      if (after === null) return Promise.resolve({ head: times.length })
      const created = after < gone ? undefined : times[after]
      return Promise.resolve(created === undefined ? {} : { created })
    },
  }
}

for (const [since, want] of [
  [0, 0],
  [10, 0],
  [11, 1],
  [20, 1],
  [25, 4],
  [30, 4],
  [31, 5],
  [99, 5],
] as const)
  test(`since ${since} begins behind ${want}`, async () =>
    expect(await locate(since, order([10, 20, 20, 20, 30]).look)).toEqual({ after: want, cutOff: false }))

for (const [since, want] of [
  [0, { after: 2, cutOff: true }],
  [30, { after: 2, cutOff: true }],
  [31, { after: 3, cutOff: false }],
  [99, { after: 4, cutOff: false }],
] as const)
  test(`since ${since}, of four of which two are no longer kept, gives ${JSON.stringify(want)}`, async () =>
    expect(await locate(since, order([10, 20, 30, 40], 2).look)).toEqual(want))

test('where none is kept any more it begins now, and says so', async () =>
  expect(await locate(0, order([10, 20], 2).look)).toEqual({ after: 2, cutOff: true }))

test('of no events it begins now', async () =>
  expect(await locate(5, order([]).look)).toEqual({ after: 0, cutOff: false }))

test('of a million it looks twenty times', async () => {
  const { look, looks } = order(Array.from({ length: 1_000_000 }, (_, at) => at))
  expect((await locate(123_456, look)).after).toBe(123_456)
  expect(looks()).toBeLessThanOrEqual(21)
})
