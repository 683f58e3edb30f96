import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bulksOf, type BulkBounds } from './bulks.ts'
import type { Item } from './lines.ts'

const itemsOf = (groups: readonly (string | undefined)[], bytes = 10): Item[] =>
  groups.map((group, at) => ({ line: at + 1, bytes, value: {}, group }))

async function* each<T>(items: readonly T[]): AsyncGenerator<T> {
  for (const item of items) yield await Promise.resolve(item)
}

const bulked = async (items: readonly Item[], bounds: BulkBounds): Promise<number[][]> => {
  const bulks: number[][] = []
  for await (const bulk of bulksOf(each(items), bounds)) bulks.push(bulk.map(({ line }) => line))
  return bulks
}

describe('a bulk is full at its bounds, and no group of it is in two', () => {
  const _ = undefined
  for (const [groups, bounds, want] of [
    [[], {}, []],
    [[_, _, _, _, _], { itemsMax: 2 }, [[1, 2], [3, 4], [5]]],
    [[_, _, _], { bytesMax: 20 }, [[1, 2], [3]]],
    [[_, 'a', 'a', _], { itemsMax: 2 }, [[1], [2, 3], [4]]],
    [
      ['a', 'a', 'b', 'b'],
      { itemsMax: 3 },
      [
        [1, 2],
        [3, 4],
      ],
    ],
    [
      ['a', 'a', _, _],
      { itemsMax: 2 },
      [
        [1, 2],
        [3, 4],
      ],
    ],
  ] as const)
    test(`${groups.map((group) => group ?? '-').join('')} within ${JSON.stringify(bounds)}`, async () =>
      expect(await bulked(itemsOf(groups), { itemsMax: 100, bytesMax: 1_000, ...bounds })).toEqual(want))
})

test('whatever the groups: order is kept, bounds hold, each group is in one bulk', async () => {
  const runs = fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 1, max: 4 })), { maxLength: 20 })
  await fc.assert(
    fc.asyncProperty(runs, fc.integer({ min: 4, max: 7 }), async (given, itemsMax) => {
      const groups = given.flatMap(([grouped, length], at) =>
        Array.from({ length }, () => (grouped ? `g${at}` : undefined)),
      )
      const bulks = await bulked(itemsOf(groups), { itemsMax, bytesMax: 1_000 })
      expect(bulks.flat()).toEqual(groups.map((_, at) => at + 1))
      for (const bulk of bulks) expect(bulk.length).toBeLessThanOrEqual(itemsMax)
      for (const group of new Set(groups.filter((name) => name !== undefined))) {
        const homes = bulks.filter((bulk) => bulk.some((line) => groups[line - 1] === group))
        expect(homes).toHaveLength(1)
      }
    }),
    { numRuns: 100 },
  )
})

test('a group that does not fit into one request, or comes again later, is refused by its line', async () => {
  const bounds = { itemsMax: 2, bytesMax: 1_000 }
  await expect(bulked(itemsOf(['a', 'a', 'a']), bounds)).rejects.toThrow("The group 'a' is too large: line 3")
  await expect(bulked(itemsOf(['a', undefined, 'a']), bounds)).rejects.toThrow(
    "Line 3 is of the group 'a', which ended",
  )
})
