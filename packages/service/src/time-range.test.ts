import { fromUnixSeconds } from '@micro/kernel'
import { expect, test } from 'vitest'
import { timeRangeOf, type TimeFilter } from './time-range.ts'

for (const [filter, from, until] of [
  [undefined, undefined, undefined],
  [7, 7, 8],
  [{}, undefined, undefined],
  [{ gt: 7 }, 8, undefined],
  [{ gte: 7 }, 7, undefined],
  [{ lt: 7 }, undefined, 7],
  [{ lte: 7 }, undefined, 8],
  [{ gt: 7, gte: 9 }, 9, undefined],
  [{ lt: 7, lte: 9 }, undefined, 7],
  [{ gte: -5, lt: 9e15 }, 0, 253_402_300_799],
] as const satisfies readonly (readonly [TimeFilter | undefined, unknown, unknown])[]) {
  test(`created ${JSON.stringify(filter)} is from ${from} until ${until}`, () => {
    const date = (seconds: number | undefined) => (seconds === undefined ? undefined : fromUnixSeconds(seconds))
    expect(timeRangeOf(filter)).toEqual({ from: date(from), until: date(until) })
  })
}
